import { textAt } from "../upstream/model-api.ts";
import { isObject } from "../upstream/request-kind.ts";
import {
  type ClientHome,
  makeClientHome,
  type ProgramOutcome,
  runClientProgram,
} from "./client-program.ts";
import { codexBinary, installClients } from "./install.ts";

export interface CodexSetting {
  /** Up to and with `/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly key: string;
  /** Its own provider `openai`, only at another address; default: one that the user configured. */
  readonly isBuiltIn?: boolean;
}

/** What a `codex exec` run said. */
export interface CodexOutcome extends ProgramOutcome {
  /** Every line of `--json`. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
  /** What the user reads last. */
  readonly message: string;
}

export async function makeCodexHome(setting: CodexSetting): Promise<ClientHome> {
  await installClients();
  const config = [
    `model = ${JSON.stringify(setting.model)}`,
    ...(setting.isBuiltIn === true
      ? [
          `openai_base_url = "${setting.baseUrl}"`,
          `chatgpt_base_url = "${setting.baseUrl}"`,
          `cli_auth_credentials_store = "file"`,
        ]
      : ['model_provider = "lab"']),
    'approval_policy = "never"',
    'sandbox_mode = "danger-full-access"',
    "check_for_update_on_startup = false",
    "[model_providers.lab]",
    'name = "Lab"',
    `base_url = "${setting.baseUrl}"`,
    'wire_api = "responses"',
    'env_key = "LAB_KEY"',
    "[features]",
    "plugins = false",
    "apps = false",
    "[analytics]",
    "enabled = false",
  ];
  const files = {
    ".codex/config.toml": `${config.join("\n")}\n`,
    ".codex/auth.json": JSON.stringify(
      setting.isBuiltIn === true ? { OPENAI_API_KEY: setting.key } : {},
    ),
  };
  const home = await makeClientHome(files, { LAB_KEY: setting.key });
  return { ...home, env: { ...home.env, CODEX_HOME: `${home.home}/.codex` } };
}

export async function runCodex(home: ClientHome, prompt: string): Promise<CodexOutcome> {
  const args = ["exec", "--skip-git-repo-check", "--json", prompt];
  const outcome = await runClientProgram(home, codexBinary(), args);
  const events = outcome.stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): unknown => JSON.parse(line))
    .filter(isObject);
  const said = events
    .map(({ item }) => item)
    .findLast((item) => textAt(item, "type") === "agent_message");
  return { ...outcome, events, message: textAt(said, "text") };
}

import { isObject } from "../../base/json.ts";
import { plainText } from "../../observe/terminal-line.ts";
import { baseUrlProblem, NO_TRAFFIC } from "./variables.ts";

/** Settings that count for a session, the strongest first, and the shell's environment. */
export interface Surroundings {
  readonly files: readonly SettingsSource[];
  readonly shell: Readonly<Record<string, string | undefined>>;
}

export interface SettingsSource {
  readonly kind: "managed" | "local" | "project" | "user" | "target";
  /** As shown to people. */
  readonly name: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, unknown>>;
}

/** Something that stands in the way, and what to do about it. Values of credentials are never in it. */
export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** What will make Claude Code behave otherwise than a connected user expects. */
export function findConflicts(
  surroundings: Surroundings,
  plan: { readonly baseUrl: string; readonly isWritten: boolean },
): readonly Warning[] {
  return [
    ...baseUrls(surroundings, plan),
    ...credentials(surroundings),
    ...forcedLogin(surroundings),
    ...cloudProviders(surroundings),
    ...switches(surroundings),
    ...models(surroundings),
    ...proxies(surroundings, plan.baseUrl),
  ];
}

function baseUrls(
  { files, shell }: Surroundings,
  { baseUrl: wanted, isWritten }: { readonly baseUrl: string; readonly isWritten: boolean },
): readonly Warning[] {
  const target = files.findIndex((file) => file.kind === "target");
  return [...files, shellSource(shell)].flatMap((source, index): Warning[] => {
    const url = source.env["ANTHROPIC_BASE_URL"];
    if (typeof url !== "string" || url === "" || url === wanted) return [];
    const problem = baseUrlProblem(url);
    const isStronger = index < target;
    const where = `ANTHROPIC_BASE_URL in ${source.name}`;
    if (isStronger) {
      const remedy =
        source.kind === "managed"
          ? "An administrator set it; only they can change it."
          : `Remove it there, or connect that file with --settings ${source.name}.`;
      return [
        {
          code: "base_url_overridden",
          message: `${where} wins over what is written here.`,
          remedy,
        },
      ];
    }
    // What was just written stands in the target's place, and settings beat the shell.
    const isMoot = isWritten && (source.kind === "target" || source.kind === "shell");
    if (problem === undefined || isMoot) return [];
    const remedy = `Spillway's is ${wanted}.`;
    return [{ code: "base_url_malformed", message: `${where} ${problem}.`, remedy }];
  });
}

const CREDENTIALS = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"] as const;

function credentials(surroundings: Surroundings): readonly Warning[] {
  const found = everywhere(surroundings, CREDENTIALS);
  const helpers = surroundings.files
    .filter((file) => isSet(file.value["apiKeyHelper"]))
    .map((file) => `apiKeyHelper in ${file.name}`);
  return [...found, ...helpers].map((what) => ({
    code: "credential_set",
    message: `${what} is used instead of a saved login: requests are billed per token.`,
    remedy: "Remove it to use a Pro or Max subscription; leave it if that is what you want.",
  }));
}

function forcedLogin({ files }: Surroundings): readonly Warning[] {
  return files
    .filter(
      (file) => isSet(file.value["forceLoginMethod"]) || isSet(file.value["forceLoginOrgUUID"]),
    )
    .map((file) => ({
      code: "login_forced",
      message: `${file.name} forces a login method: API keys, tokens and apiKeyHelper are blocked.`,
      remedy: "Use the saved login; it goes through Spillway unchanged.",
    }));
}

const CLOUDS = [
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_VERTEX",
  "CLAUDE_CODE_USE_FOUNDRY",
] as const;

function cloudProviders(surroundings: Surroundings): readonly Warning[] {
  return everywhere(surroundings, CLOUDS).map((what) => ({
    code: "cloud_provider",
    message: `${what} makes Claude Code talk to that cloud; it does not read ANTHROPIC_BASE_URL then.`,
    remedy: "Unset it for sessions that should go through Spillway.",
  }));
}

function switches(surroundings: Surroundings): readonly Warning[] {
  return [
    ...everywhere(surroundings, [NO_TRAFFIC]).map((what) => ({
      code: "nonessential_traffic_off",
      message: `${what} also turns off model discovery before Claude Code 2.1.257, so discovery is not set.`,
      remedy: "DISABLE_TELEMETRY=1 and DISABLE_ERROR_REPORTING=1 stop telemetry alone.",
    })),
    ...everywhere(surroundings, ["CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS"]).map((what) => ({
      code: "betas_off",
      message: `${what} turns off tool search and context management.`,
      remedy: "Unset it; Spillway passes every beta on.",
    })),
    ...everywhere(surroundings, ["CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST"]).map((what) => ({
      code: "managed_by_host",
      message: `${what} makes Claude Code ignore endpoint variables in settings.`,
      remedy: "Set ANTHROPIC_BASE_URL in the program that starts Claude Code.",
    })),
  ];
}

const MODELS = [
  "ANTHROPIC_MODEL",
  "ANTHROPIC_DEFAULT_OPUS_MODEL",
  "ANTHROPIC_DEFAULT_SONNET_MODEL",
  "ANTHROPIC_DEFAULT_HAIKU_MODEL",
  "CLAUDE_CODE_SUBAGENT_MODEL",
] as const;
/** An id of Anthropic's, also inside a longer one, or one of Claude Code's own aliases. */
const KNOWN_MODEL =
  /claude-(?:[a-z]+-)?[0-9]|^(?:default|best|opus|sonnet|haiku|opusplan)(?:\[1m\])?$/;

/** Claude Code knows what a model can do by its id (req:S0-09). */
function models({ files, shell }: Surroundings): readonly Warning[] {
  return [...files, shellSource(shell)].flatMap((source) =>
    MODELS.flatMap((name): Warning[] => {
      const id = source.env[name];
      if (typeof id !== "string" || id === "" || KNOWN_MODEL.test(id)) return [];
      return [
        {
          code: "model_not_recognised",
          message: `${name} in ${source.name} is "${plainText(id).slice(0, 60)}", in which Claude Code finds no Claude model's id: it then guesses what the model can do.`,
          remedy: "Use an id that has one in it, such as claude-sonnet-5-5.",
        },
      ];
    }),
  );
}

/** A proxy for all of http would be asked for the loopback address too. */
function proxies(surroundings: Surroundings, baseUrl: string): readonly Warning[] {
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : "";
  if (!baseUrl.startsWith("http:")) return [];
  const found = everywhere(surroundings, ["HTTP_PROXY", "http_proxy"]);
  const exceptions = [surroundings.shell, ...surroundings.files.map((file) => file.env)]
    .flatMap((env) => [env["NO_PROXY"], env["no_proxy"]])
    .filter((value) => typeof value === "string")
    .flatMap((value) => value.split(",").map((part) => part.trim()));
  if (found.length === 0 || exceptions.includes(host) || exceptions.includes("*")) return [];
  return [
    {
      code: "proxy_catches_base_url",
      message: `${found[0]} is set, and NO_PROXY does not name ${host}.`,
      remedy: `Add ${host} to NO_PROXY, or requests for Spillway go to the proxy.`,
    },
  ];
}

/** `NAME in place`, for each place that sets one of the names to something. */
function everywhere({ files, shell }: Surroundings, names: readonly string[]): readonly string[] {
  return [...files, shellSource(shell)].flatMap((source) =>
    names.filter((name) => isSet(source.env[name])).map((name) => `${name} in ${source.name}`),
  );
}

function shellSource(shell: Surroundings["shell"]): {
  readonly kind: "shell";
  readonly name: string;
  readonly env: Readonly<Record<string, unknown>>;
} {
  return { kind: "shell", name: "the shell's environment", env: shell };
}

function isSet(value: unknown): boolean {
  return (
    value !== undefined &&
    value !== null &&
    value !== "" &&
    !(isObject(value) && Object.keys(value).length === 0)
  );
}

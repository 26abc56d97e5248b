import { isDeepStrictEqual } from "node:util";
import { parse, TomlError } from "smol-toml";
import { isObject } from "../../base/json.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { pathsOf } from "../../config/places.ts";
import type { CliDeps } from "../deps.ts";
import { addLines, removeLines } from "./marked-block.ts";
import type { TextConnection } from "./text-file.ts";

const PROVIDER = "spillway";
/** Where Codex finds the Spillway key that it sends. */
const KEY_VARIABLE = "SPILLWAY_KEY";

export interface CodexChoice {
  readonly baseUrl: string;
  /** Undefined: as it is set now. */
  readonly model: string | undefined;
}

/**
 * Points Codex here: a provider of its own, chosen at the top of its settings.
 * @source https://developers.openai.com/codex/config-reference (read 2026-11-25)
 */
export function codexConnection(deps: CliDeps, { baseUrl, model }: CodexChoice): TextConnection {
  const head = [
    ...(model === undefined ? [] : [`model = ${JSON.stringify(model)}`]),
    `model_provider = "${PROVIDER}"`,
  ];
  const tail = [
    `[model_providers.${PROVIDER}]`,
    'name = "Spillway"',
    `base_url = "${baseUrl}/v1"`,
    'wire_api = "responses"',
    `env_key = "${KEY_VARIABLE}"`,
  ];
  const names = model === undefined ? ["model_provider"] : ["model", "model_provider"];
  return {
    client: "Codex",
    name: "codex",
    path: settingsPath(deps),
    baseUrl,
    lines: [...head, "", ...tail],
    add: (file) => addToml(file, { head, tail, names }),
    next: [
      `Give it a Spillway key: export ${KEY_VARIABLE}=… (spillway keys create --name codex)`,
      ...(model === undefined
        ? ["Any model of any provider: codex -m claude-sonnet-5-5, codex -m groq/…"]
        : []),
    ],
  };
}

function settingsPath({ env, homeDir, platform }: CliDeps): string {
  const paths = pathsOf(platform);
  const own = env["CODEX_HOME"] ?? "";
  return paths.join(own === "" ? paths.join(homeDir, ".codex") : own, "config.toml");
}

interface TomlLines {
  readonly head: readonly string[];
  readonly tail: readonly string[];
  /** Members of the top level that ours stand in for. */
  readonly names: readonly string[];
}

function addToml(file: string, { head, tail, names }: TomlLines): Result<string, string> {
  const own = read(removeLines(file));
  if (!own.ok) return own;
  const providers = own.value["model_providers"];
  if (isObject(providers) && PROVIDER in providers) {
    return fail(`[model_providers.${PROVIDER}] is there already; rename yours or take it out`);
  }
  let isTop = true;
  const member = new RegExp(`^\\s*(?:${names.join("|")})\\s*=`);
  const after = addLines(file, {
    head,
    tail,
    replaces: (line) => {
      if (/^\s*\[/.test(line)) isTop = false;
      return isTop && member.test(line);
    },
  });
  const all = read(after);
  const isSame = all.ok && isDeepStrictEqual(without(all.value, names), without(own.value, names));
  return isSame ? ok(after) : fail("these settings are written in a way that cannot be added to");
}

function read(text: string): Result<Record<string, unknown>, string> {
  try {
    return ok(parse(text));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return fail(`line ${error.line} is no TOML`);
  }
}

/** What the user's own settings say, ours aside. */
function without(settings: Record<string, unknown>, names: readonly string[]): unknown {
  const { model_providers: providers, ...rest } = settings;
  const others = isObject(providers) ? Object.entries(providers) : [];
  const members = Object.entries(rest).filter(([name]) => !names.includes(name));
  return [
    Object.fromEntries(members),
    Object.fromEntries(others.filter(([name]) => name !== PROVIDER)),
  ];
}

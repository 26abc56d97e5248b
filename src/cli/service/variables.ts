import { parseEnv } from "node:util";
import { fail, ok, type Result } from "../../base/result.ts";
import { ENVIRONMENT } from "../../config/environment-table.ts";
import type { Environment } from "../../config/inputs.ts";
import { type CliFailure, cliFailure, EXIT } from "../deps.ts";
import { MARK, type Variables } from "./settings.ts";

/** Variables that Spillway does not read itself, but its egress and its Node do. */
const ALSO_TAKEN = [
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "NO_PROXY",
  "https_proxy",
  "http_proxy",
  "no_proxy",
  "NODE_EXTRA_CA_CERTS",
  "NODE_COMPILE_CACHE",
];

/**
 * The variables that the service is to have: those of this shell that Spillway reads, then those that were asked for as
 * `NAME=VALUE`, or as `NAME` with the shell's value. An empty one counts as unset, where it does not mean something.
 */
export function chooseVariables(
  env: Environment,
  asked: readonly string[],
): Result<Variables, CliFailure> {
  const chosen = new Map<string, string>();
  const read = [...ENVIRONMENT, ...ALSO_TAKEN.map((name) => ({ name, mayBeEmpty: undefined }))];
  for (const { name, mayBeEmpty } of read) {
    const value = env[name];
    if (value === undefined || (value === "" && mayBeEmpty !== true)) continue;
    chosen.set(name, value);
  }
  for (const text of asked) {
    const at = text.indexOf("=");
    const name = at === -1 ? text : text.slice(0, at);
    const value = at === -1 ? env[name] : text.slice(at + 1);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return wrong(`--env takes NAME=VALUE, or NAME.`);
    if (value === undefined) return wrong(`--env ${name}: there is no ${name} in this shell.`);
    chosen.set(name, value);
  }
  for (const [name, value] of chosen) {
    if (/\p{Cc}/u.test(value)) return wrong(`${name} has a control character in it.`);
  }
  return ok(chosen);
}

function wrong(message: string): Result<never, CliFailure> {
  return fail(cliFailure(EXIT.usage, message));
}

/** Names of which anybody may read the value: an open list would show the first secret that nobody thought of. */
const PLAIN: ReadonlySet<string> = new Set([
  ...ENVIRONMENT.map(({ name }) => name).filter((name) => !/KEY|TOKEN|SECRET|PASS/.test(name)),
  ...ALSO_TAKEN,
]);

/** Whether a variable may stand where others can read it; a URL may have a password in it. */
export function isPlain(name: string, value: string): boolean {
  return PLAIN.has(name) && !/\/\/[^/]*@/.test(value);
}

/** The names and values in a file of secrets. */
export function readSecrets(text: string): Variables {
  return new Map(Object.entries(parseEnv(text)).map(([name, value]) => [name, value ?? ""]));
}

/** A file that `node --env-file` reads; fails with the name that it cannot hold. */
export function secretsText(secrets: Variables): Result<string, CliFailure> {
  const lines: string[] = [];
  for (const [name, value] of secrets) {
    const quote = ["'", "`", '"'].find((sign) => !value.includes(sign));
    // Between double quotes a backslash is not only itself.
    if (quote === undefined || (quote === '"' && value.includes("\\"))) {
      return wrong(`${name} has all kinds of quotation marks in it, which no file can hold.`);
    }
    lines.push(`${name}=${quote}${value}${quote}`);
  }
  const head = [
    `# ${MARK}: variables of the service that nobody else may read.`,
    "# What is here stays until you take it out, or uninstall. Restart the service after a change.",
  ];
  return ok(`${[...head, ...lines].join("\n")}\n`);
}

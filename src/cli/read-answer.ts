import { isObject } from "../base/json.ts";
import { fail, ok, type Result } from "../base/result.ts";
import { plainText } from "../observe/terminal-line.ts";
import type { ControlAnswer } from "./control.ts";
import { type CliFailure, cliFailure, EXIT } from "./deps.ts";

/** What an endpoint answered, or why it did not. */
export function readAnswer<T>(
  { status, body }: ControlAnswer,
  isShape: (value: unknown) => value is T,
): Result<T, CliFailure> {
  if (status < 200 || status > 299) return fail(refusalOf(status, body));
  return isShape(body) ? ok(body) : fail(OTHER_VERSION);
}

const OTHER_VERSION = cliFailure(
  1,
  "The server's answer has another shape than this command line knows: it runs another version. Restart the server.",
);

/** `Spillway: There is no such key (not_found)`: for a terminal, the middle of it is enough. */
const SAID = /^Spillway: (?<text>.+) \([a-z_]+\)$/s;

function refusalOf(status: number, body: unknown): CliFailure {
  const error = isObject(body) ? body["error"] : undefined;
  const message = isObject(error) && typeof error["message"] === "string" ? error["message"] : "";
  const text = SAID.exec(message)?.groups?.["text"];
  const code = status === 400 ? EXIT.usage : status === 404 ? EXIT.nothing : EXIT.failure;
  return text === undefined
    ? cliFailure(code, `The server answered ${status}. ${plainText(message)}`.trimEnd())
    : cliFailure(code, `${plainText(text)}.`);
}

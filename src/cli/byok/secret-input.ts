import { fail, ok, type Result } from "../../base/result.ts";
import { Secret } from "../../base/secret.ts";
import { type CliDeps, type CliFailure, cliFailure, EXIT, type Input } from "../deps.ts";
import { askHidden } from "../prompt.ts";

/** No key is nearly as long; whatever is longer was piped in by mistake. */
const MAX_LENGTH = 4_096;

/** The key from a pipe, or typed at a terminal, which does not show it. */
export async function readSecret(
  deps: Pick<CliDeps, "stdin" | "stderr">,
  question: string,
): Promise<Result<Secret, CliFailure>> {
  const input = deps.stdin();
  const read = input.isTTY === true ? ok(await askHidden(deps, question)) : await readPiped(input);
  if (!read.ok) return read;
  const text = read.value?.trim();
  if (text === undefined) return fail(cliFailure(EXIT.failure, "Broken off: nothing is stored."));
  return text === "" ? fail(EMPTY) : ok(new Secret(text));
}

const EMPTY = cliFailure(EXIT.usage, "No key came in: nothing is stored.");
const TOO_LONG = cliFailure(
  EXIT.usage,
  "What came in is much longer than a key: nothing is stored. Pipe in the key alone.",
);

async function readPiped(input: Input): Promise<Result<string, CliFailure>> {
  input.setEncoding("utf8");
  let text = "";
  for await (const chunk of input) {
    text += String(chunk);
    if (text.length > MAX_LENGTH) return fail(TOO_LONG);
  }
  return ok(text);
}

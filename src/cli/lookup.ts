import { fail, ok, type Result } from "../base/result.ts";
import type { ExchangeView } from "../store/views.ts";
import { type CliFailure, cliFailure } from "./deps.ts";
import type { Source } from "./source.ts";

const PREFIX = "spx_";
const ID_LENGTH = PREFIX.length + 26;
const SHOWN_IDS = 5;

/** Finds an exchange by its id, by the beginning of its id (with or without `spx_`), or by `last`. */
export async function findExchange(
  source: Source,
  wanted: string,
): Promise<Result<ExchangeView, CliFailure>> {
  const text = wanted.trim().toLowerCase();
  if (text !== "last" && !/^(?:spx_)?[0-9a-z]{1,26}$/.test(text)) {
    return fail(
      cliFailure(2, `"${printable(wanted)}" is no id. Give an id, its beginning, or last.`),
    );
  }
  const ids = text === "last" ? await newest(source) : await startingWith(source, text);
  if (!ids.ok) return ids;
  const [id, second] = ids.value;
  if (id === undefined) return fail(none(text));
  if (second !== undefined) {
    const list = ids.value.map((each) => `  ${each}`).join("\n");
    return fail(cliFailure(2, `"${text}" is the beginning of several ids; the newest:\n${list}`));
  }
  const found = await source.exchange(id);
  if (!found.ok) return found;
  return found.value === undefined ? fail(none(text)) : ok(found.value);
}

async function newest(source: Source): Promise<Result<readonly string[], CliFailure>> {
  const page = await source.events({ limit: 1 });
  return page.ok ? ok(page.value.events.map(({ id }) => id)) : page;
}

async function startingWith(
  source: Source,
  text: string,
): Promise<Result<readonly string[], CliFailure>> {
  const start = text.startsWith(PREFIX) ? text : `${PREFIX}${text}`;
  if (start.length >= ID_LENGTH) return ok([start]);
  // Ids sort as text, so those with this beginning stand right before the last one that it could have.
  const page = await source.events({ before: start.padEnd(ID_LENGTH, "z"), limit: SHOWN_IDS });
  if (!page.ok) return page;
  return ok(page.value.events.map(({ id }) => id).filter((id) => id.startsWith(start)));
}

function none(text: string): CliFailure {
  const message =
    text === "last"
      ? "No request has been recorded yet."
      : `No request has the id "${text}". "spillway tail --json" lists ids.`;
  return cliFailure(3, message);
}

function printable(text: string): string {
  return text.replace(/\p{C}/gu, "?").slice(0, 60);
}

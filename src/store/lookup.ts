import { fail, ok, type Result } from "../base/result.ts";
import type { ExchangeDetail, ExchangeReader } from "./contract.ts";

/** Why no single exchange was found. */
export type LookupFailure =
  | { readonly kind: "none" }
  /** The beginning fits several; the newest of them. */
  | { readonly kind: "ambiguous"; readonly ids: readonly string[] };

const PREFIX = "spx_";
/** Sorts behind every digit of an id. */
const AFTER_ALL = "~";
const SHOWN_IDS = 5;

/** Finds an exchange by its id, by the beginning of its id (with or without `spx_`), or by `last`. */
export async function findExchange(
  reader: ExchangeReader,
  wanted: string,
): Promise<Result<ExchangeDetail, LookupFailure>> {
  const text = wanted.trim().toLowerCase();
  if (text !== "last" && !/^(?:spx_)?[0-9a-z]{1,40}$/.test(text)) return fail({ kind: "none" });
  const start = text.startsWith(PREFIX) ? text : `${PREFIX}${text}`;
  const page =
    text === "last"
      ? await reader.events({ limit: 1 })
      : await reader.events({ before: `${start}${AFTER_ALL}`, limit: SHOWN_IDS });
  const ids = page.events
    .map(({ started }) => started.id)
    .filter((id) => text === "last" || id.startsWith(start));
  const [id, second] = ids;
  if (id === undefined) return fail({ kind: "none" });
  if (second !== undefined && !ids.includes(start)) return fail({ kind: "ambiguous", ids });
  const detail = await reader.exchange(ids.includes(start) ? start : id);
  return detail === undefined ? fail({ kind: "none" }) : ok(detail);
}

import type { KeyView } from "../../identity/keys/index.ts";
import { plainText } from "../../observe/terminal-line.ts";
import { dateTime, spanText } from "../commands/dates.ts";
import type { Fact } from "../facts.ts";
import { limitsOf, limitText } from "./limits.ts";

const MODES: Readonly<Record<string, string>> = {
  session: "session: the caller's own login",
  inject: "inject: the stored provider key",
  overflow: "overflow: the caller's own login, the stored key when it is full",
};

/** What a key is and allows. */
export function keyFacts(key: KeyView, nowMs: number): readonly Fact[] {
  const limits = limitsOf(key, nowMs).map(limitText);
  const [first = "none", ...others] = limits;
  return [
    ["id", plainText(key.id)],
    ["mask", plainText(key.mask)],
    ["role", `${plainText(key.role)} of the organisation ${plainText(key.organisation)}`],
    ...(key.principal === key.name ? [] : [["principal", plainText(key.principal)] as const]),
    ["state", stateText(key, nowMs)],
    ["limits", first],
    ...others.map((limit) => ["", limit] as const),
    ...(speedText(key) === "" ? [] : [["speed", speedText(key)] as const]),
    ["models", key.models.length === 0 ? "all" : plainText(key.models.join(", "))],
    ["pays", key.mode === null ? "as configured" : (MODES[key.mode] ?? plainText(key.mode))],
    ...(key.data_policy === null ? [] : [["data policy", plainText(key.data_policy)] as const]),
  ];
}

/** Absent fields are an older server's. */
function speedText(key: KeyView): string {
  const limits = [
    [key.rpm, "requests a minute"],
    [key.tpm, "tokens a minute"],
    [key.concurrency, "requests at a time"],
    [key.session_concurrency, "at a time in a session"],
  ] as const;
  return limits.flatMap(([limit, what]) => (limit ? `at most ${limit} ${what}` : [])).join(", ");
}

function stateText({ status, expires_at, revoked_at }: KeyView, nowMs: number): string {
  if (status === "revoked" && revoked_at !== null) {
    return `revoked, ${dateTime(Date.parse(revoked_at), nowMs)}`;
  }
  if (expires_at === null) return `${plainText(status)}, never expires`;
  const expires = Date.parse(expires_at);
  const when = dateTime(expires, nowMs);
  return expires <= nowMs
    ? `expired, ${when}`
    : `${plainText(status)}, expires in ${spanText(expires - nowMs)} (${when})`;
}

import type { HeaderList } from "../../base/header-list.ts";

/** Fields that carry a credential, or may; a word of their name tells. */
const SECRET = /auth|cookie|credential|key|password|secret|token|^x-bf-vk$/;
/** Longer values are cut, so that no rule takes long over them. */
const MAX_LENGTH = 1_000;

/** The fields that rules may see, by lower-case name; several values of one are joined as HTTP says. */
export function shownHeaders(raw: HeaderList): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] ?? "").toLowerCase();
    if (SECRET.test(name)) continue;
    const before = headers.get(name);
    const value = raw[i + 1] ?? "";
    headers.set(name, (before === undefined ? value : `${before}, ${value}`).slice(0, MAX_LENGTH));
  }
  return headers;
}

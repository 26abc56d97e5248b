import { allValues, firstValue } from "../../base/header-list.ts";
import { makeTap, type Tap } from "../../upstream/dialects/anthropic/index.ts";
import type { ResponseHead } from "../../upstream/transport/contract.ts";
import type { ClientCall } from "../call.ts";
import type { Facts } from "../request/facts.ts";

/** A message that is not streamed is generated, and billed, to its end whether or not anybody listens (design R15). */
export function isBilledWhole(call: ClientCall, facts: Facts): boolean {
  return call.operation === "messages" && facts.stream === false;
}

/** What reads the usage beside an answer in Anthropic's dialect; undefined where there is none to read. */
export function tapFor(call: ClientCall, facts: Facts, head: ResponseHead): Tap | undefined {
  if (call.operation !== "messages" && call.operation !== "count_tokens") return undefined;
  const encodings = allValues(head.headers, "content-encoding");
  return makeTap({
    contentType: firstValue(head.headers, "content-type"),
    contentEncoding: encodings.length === 0 ? undefined : encodings.join(","),
    isStream: facts.stream === true,
  });
}

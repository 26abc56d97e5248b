import { firstValue, type HeaderList } from "../base/header-list.ts";

/** The upstream's own id of an exchange, by which its people find it: Anthropic's name for the field, or OpenAI's. */
export function upstreamIdOf(headers: HeaderList): string | undefined {
  return firstValue(headers, "request-id") ?? firstValue(headers, "x-request-id");
}

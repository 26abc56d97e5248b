import { firstValue, type HeaderList } from "../../base/header-list.ts";

/** The upstream's own id of an exchange, by which its people find it: Anthropic's name for the field, OpenAI's, or AWS's. */
export function upstreamIdOf(headers: HeaderList): string | undefined {
  return FIELDS.map((name) => firstValue(headers, name)).find((id) => id !== undefined);
}

const FIELDS = ["request-id", "x-request-id", "x-amzn-requestid"] as const;

import type { ResponseHead } from "../../upstream/transport/contract.ts";

/** An answer that the client sees as it is. */
export interface WholeAnswer {
  readonly head: ResponseHead;
  readonly body: Buffer;
}

export function wholeAnswer(
  status: number,
  text: string,
  fields: readonly string[] = ["content-type", "application/json"],
): WholeAnswer {
  const body = Buffer.from(text);
  const headers = [...fields, "content-length", String(body.length)];
  return { head: { status, reason: "", headers }, body };
}

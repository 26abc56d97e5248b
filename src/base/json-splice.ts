import { type JsonMember, type ScanResult, scanTopLevel } from "./json-scan.ts";

/**
 * Replaces one value of a JSON body and no other byte; returns the parts to send one after the other.
 *
 * The untouched parts are views of `body`, not copies. `replacementJson` is JSON text.
 */
export function spliceValue(
  body: Buffer,
  member: JsonMember,
  replacementJson: string,
): readonly Buffer[] {
  return spliceAll(body, [member], replacementJson);
}

/**
 * Sets the top-level `model` and no other byte; undefined when the body has no such member.
 *
 * A repeated `model` is replaced everywhere, because servers differ in which one they read.
 */
export function spliceModel(
  body: Buffer,
  model: string,
  scan: ScanResult = scanTopLevel(body),
): readonly Buffer[] | undefined {
  if (scan.kind !== "object") return undefined;
  const members = scan.members.filter((member) => member.name === "model");
  return members.length === 0 ? undefined : spliceAll(body, members, JSON.stringify(model));
}

function spliceAll(
  body: Buffer,
  members: readonly JsonMember[],
  replacementJson: string,
): readonly Buffer[] {
  const replacement = Buffer.from(replacementJson);
  const parts: Buffer[] = [];
  let from = 0;
  for (const member of members) {
    parts.push(body.subarray(from, member.valueStart), replacement);
    from = member.valueEnd;
  }
  parts.push(body.subarray(from));
  return parts;
}

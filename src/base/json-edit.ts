import { type JsonMember, scanTopLevel } from "./json-scan.ts";

/** What is changed at the top of a JSON object. */
export interface JsonEdits {
  /** Members to take out, every repetition of them. */
  readonly remove: readonly string[];
  /** Members to put in front, as JSON text by name. A name that is already there is not taken out by itself. */
  readonly insert: Readonly<Record<string, string>>;
}

/** Edits the top-level members of a JSON object and no other byte; undefined: it is none. */
export function editMembers(body: Buffer, { remove, insert }: JsonEdits): Buffer | undefined {
  const scan = scanTopLevel(body);
  if (scan.kind !== "object") return undefined;
  const { members } = scan;
  const isKept = ({ name }: JsonMember) => !remove.includes(name);
  const lastKept = members.findLastIndex(isKept);
  const added = Object.entries(insert).map(([name, json]) => `${JSON.stringify(name)}:${json}`);
  const [first] = members;
  if (first === undefined) return Buffer.from(`{${added.join(",")}}`);
  const comma = added.length > 0 && lastKept >= 0 ? "," : "";
  const parts: Buffer[] = [
    body.subarray(0, first.nameStart),
    Buffer.from(`${added.join(",")}${comma}`),
  ];
  let from = first.nameStart;
  for (const [index, member] of members.entries()) {
    if (isKept(member)) continue;
    // Each goes with its comma: the one behind it, or at the end of the object the one in front.
    const start = index < lastKept ? member.nameStart : (members[index - 1]?.valueEnd ?? from);
    const end = index < lastKept ? (members[index + 1] ?? member).nameStart : member.valueEnd;
    parts.push(body.subarray(from, Math.max(from, start)));
    from = end;
  }
  parts.push(body.subarray(from));
  return Buffer.concat(parts);
}

import { findMember, type JsonMember, readText, scanParts, spanOf } from "../base/json-scan.ts";
import type { RequestBody } from "./body.ts";
import type { Operation } from "./call.ts";

/** What routing, policies and the record need to know of a body; read once, never changed. */
export interface Facts {
  readonly model?: string;
  /** Undefined: the body was not read. */
  readonly stream?: boolean;
  /** Members of `DECISIVE` that came more than once: the upstream may read another one than we do. */
  readonly duplicates: readonly string[];
}

const DECISIVE: ReadonlySet<string> = new Set(["model", "stream", "max_tokens", "inference_geo"]);
const NONE: Facts = { duplicates: [] };

/** Operations whose body decides something before it is sent: the encoding asked for, the record, later the route. */
export function needsBody(operation: Operation, method: string): boolean {
  return method === "POST" && (operation === "messages" || operation === "count_tokens");
}

/** Reads the facts from a held body. A body that is no JSON object has none, and is passed on all the same. */
export function readFacts(body: RequestBody): Facts {
  if (body.kind !== "held") return NONE;
  const scan = scanParts(body.parts, DECISIVE);
  if (scan.kind !== "object") return { stream: false, duplicates: [] };
  // With a duplicate the last one counts, as it does for JSON.parse.
  const modelName = stringOf(body.parts, findMember(scan, "model"));
  const stream = findMember(scan, "stream");
  return {
    ...(modelName === undefined ? {} : { model: modelName }),
    stream: stream?.type === "true",
    duplicates: scan.duplicates,
  };
}

function stringOf(parts: readonly Buffer[], member: JsonMember | undefined): string | undefined {
  if (member?.type !== "string") return undefined;
  return readText(spanOf(parts, member.valueStart, member.valueEnd));
}

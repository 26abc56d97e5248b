import { isObject, parseJson } from "../../base/json.ts";
import { findMember, type JsonMember, readText, scanParts, spanOf } from "../../base/json-scan.ts";
import { unwrapId } from "../../base/picker-id.ts";
import type { Operation } from "../call.ts";
import type { AskedInPath } from "../dialect.ts";
import type { RequestBody } from "./body.ts";
import { TELLING } from "./body-facts.ts";

/** What routing, policies and the record need to know of a body; read once, never changed. */
export interface Facts {
  readonly model?: string;
  /** The model as the client calls it, where that is a picker's name for it. */
  readonly wrapped?: string;
  /** Undefined: the body was not read. */
  readonly stream?: boolean;
  readonly maxTokens?: number;
  /** Where the caller wants it processed. */
  readonly inferenceGeo?: string;
  /** `fast` costs more. */
  readonly speed?: string;
  /** The client asks for one token to see its limits; nobody should pay for that. */
  readonly isQuotaProbe?: boolean;
  /** Members of `DECISIVE` that came more than once: the upstream may read another one than we do. */
  readonly duplicates: readonly string[];
  /** Where the members are that are read only if somebody asks; see `body-facts.ts`. */
  readonly members?: readonly JsonMember[];
}

/** The longest answer, in the words of each dialect. */
const LIMITS = ["max_tokens", "max_completion_tokens", "max_output_tokens"] as const;
const DECISIVE: ReadonlySet<string> = new Set([
  "model",
  "stream",
  ...LIMITS,
  "inference_geo",
  "speed",
]);
const WANTED: ReadonlySet<string> = new Set([...DECISIVE, ...TELLING]);
/** The client's own is under 300 bytes. */
const MAX_PROBE_BYTES = 2_048;
const NONE: Facts = { duplicates: [] };

/** Operations that name a model. */
export const WITH_MODEL: ReadonlySet<Operation> = new Set([
  "messages",
  "count_tokens",
  "embeddings",
]);

/** Operations whose body decides something before it is sent: the encoding asked for, the record, later the route. */
export function needsBody(operation: Operation, method: string): boolean {
  return method === "POST" && WITH_MODEL.has(operation);
}

/** Reads the facts from a held body. A body that is no JSON object has none, and is passed on all the same. */
export function readFacts(body: RequestBody, asked: AskedInPath = {}): Facts {
  if (body.kind !== "held") return NONE;
  const { plain, plainBytes } = body;
  if (!plain.ok) {
    return { ...modelOf(asked.model), stream: asked.stream ?? false, duplicates: [] };
  }
  const parts = plain.value;
  const scan = scanParts(parts, WANTED);
  if (scan.kind !== "object") return { stream: false, duplicates: [] };
  // With a duplicate the last one counts, as it does for JSON.parse.
  const model = asked.model ?? stringOf(parts, findMember(scan, "model"));
  const limits = LIMITS.map((name) => numberOf(parts, findMember(scan, name)));
  const maxTokens = limits.find((limit) => limit !== undefined);
  const inferenceGeo = stringOf(parts, findMember(scan, "inference_geo"));
  const speed = stringOf(parts, findMember(scan, "speed"));
  const told = scan.members.filter(({ name }) => TELLING.has(name));
  const mayProbe = maxTokens === 1 && plainBytes <= MAX_PROBE_BYTES;
  return {
    ...modelOf(model),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(inferenceGeo === undefined ? {} : { inferenceGeo }),
    ...(speed === undefined ? {} : { speed }),
    ...(mayProbe && asksForLimits(parts) ? { isQuotaProbe: true } : {}),
    stream: asked.stream ?? findMember(scan, "stream")?.type === "true",
    duplicates: scan.duplicates.filter((name) => DECISIVE.has(name)),
    ...(told.length === 0 ? {} : { members: told }),
  };
}

function modelOf(named: string | undefined): Pick<Facts, "model" | "wrapped"> {
  if (named === undefined) return {};
  const model = unwrapId(named);
  return model === undefined ? { model: named } : { model, wrapped: named };
}

/**
 * True for `{"max_tokens":1,"messages":[{"role":"user","content":"quota"}],…}`.
 * @source claude-cli 2.1.197 and 2.1.329 with a subscription, at start (observed 2026-11-21)
 */
function asksForLimits(parts: readonly Buffer[]): boolean {
  const body = parseJson(Buffer.concat(parts), { maxBytes: MAX_PROBE_BYTES });
  const messages = body.ok && isObject(body.value) ? body.value["messages"] : undefined;
  if (!Array.isArray(messages) || messages.length !== 1) return false;
  const [message] = messages;
  return isObject(message) && message["content"] === "quota";
}

/** True when the text's bytes are in the body, also across two of its parts. */
export function bodyIncludes(body: RequestBody, text: string): boolean {
  if (body.kind !== "held" || !body.plain.ok) return false;
  const overlap = text.length - 1;
  let tail = Buffer.alloc(0);
  for (const part of body.plain.value) {
    if (part.includes(text)) return true;
    if (Buffer.concat([tail, part.subarray(0, overlap)]).includes(text)) return true;
    tail = Buffer.concat([tail, part.subarray(-overlap)]).subarray(-overlap);
  }
  return false;
}

function numberOf(parts: readonly Buffer[], member: JsonMember | undefined): number | undefined {
  if (member?.type !== "number") return undefined;
  return Number(spanOf(parts, member.valueStart, member.valueEnd).toString("latin1"));
}

function stringOf(parts: readonly Buffer[], member: JsonMember | undefined): string | undefined {
  if (member?.type !== "string") return undefined;
  return readText(spanOf(parts, member.valueStart, member.valueEnd));
}

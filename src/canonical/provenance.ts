import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Block } from "./blocks.ts";
import type { Turn } from "./request.ts";

/** What every upstream that runs Anthropic's models is called here: they read each other's thinking. */
export const ANTHROPIC = "anthropic";

/** What the signature of thinking begins with that another provider than Anthropic thought. */
export const SEAL_MARK = "spw1.";
/** 128 bits, in base64url: beyond guessing, and short in a signature that every later request repeats. */
const MAC_LENGTH = 22;
/** Below this, deflating costs more than it saves. */
const LARGE_BYTES = 256;
/** Only what was sealed here is inflated; this bounds even that. */
const MAX_PAYLOAD_BYTES = 32 * 1024 * 1024;
const PLAIN = 0;
const DEFLATED = 1;

/** The only thing that is left of a turn whose thinking was all it had: an empty turn is refused everywhere. */
export const NOTHING_LEFT = "(no text)";

/** Another provider's own proof of its thinking, as it was before it was sealed. */
export interface OpenedThinking {
  readonly provider: string;
  readonly payload: string;
}

/**
 * Makes the signature of a thinking block that another provider than Anthropic thought, with that provider's own proof inside.
 *
 * The same arguments always give the same text, so that a repeated conversation stays the same to a prompt cache.
 */
export function sealThinking(provider: string, payload: string, key: KeyObject): string {
  const sealed = `${SEAL_MARK}${provider}.${pack(payload)}`;
  return `${sealed}.${macOf(sealed, key)}`;
}

/** Undefined for a signature that was not sealed with this key: Anthropic's own, forged, or of another installation. */
export function openThinking(signature: string, key: KeyObject): OpenedThinking | undefined {
  if (!isSealed(signature)) return undefined;
  const macAt = signature.lastIndexOf(".");
  const sealed = signature.slice(0, macAt);
  const payloadAt = sealed.lastIndexOf(".");
  if (payloadAt < SEAL_MARK.length) return undefined;
  if (!isEqual(signature.slice(macAt + 1), macOf(sealed, key))) return undefined;
  const payload = unpack(sealed.slice(payloadAt + 1));
  return payload === undefined
    ? undefined
    : { provider: sealed.slice(SEAL_MARK.length, payloadAt), payload };
}

/** Anthropic's own signatures are base64, which has no dot: the mark alone tells whose a block is, whatever the key. */
function isSealed(signature: string): boolean {
  return signature.startsWith(SEAL_MARK);
}

/**
 * Prepares turns for an upstream: only what it sealed itself stays, with its own proof. What an Anthropic client brings
 * unsealed is Anthropic's, and stays for its upstreams as it came; of other clients' nothing is known.
 *
 * Whether a block stays depends on that block alone, so each later turn leaves out the same ones.
 */
export function thinkingFor(
  turns: readonly Turn[],
  { provider, client }: { readonly provider: string; readonly client: string },
  key: KeyObject,
): readonly Turn[] {
  const isAnthropics = provider === ANTHROPIC && client === ANTHROPIC;
  const prepare = isAnthropics ? keepUnsealed : (block: Block) => keepOwn(block, provider, key);
  return turns.map((turn) => prepared(turn, prepare));
}

/** The thinking of these turns that somebody proved, by the proofs. */
export function proofsIn(turns: readonly Turn[]): readonly string[] {
  return turns.flatMap(({ content }) => content.flatMap((block) => proofOf(block) ?? []));
}

/** Leaves out thinking by its proof; the same list where there is none of it. */
export function withoutThinking(
  turns: readonly Turn[],
  isRefused: (proof: string) => boolean,
): readonly Turn[] {
  const isKept = (block: Block) => !isRefused(proofOf(block) ?? "");
  if (turns.every(({ content }) => content.every(isKept))) return turns;
  return turns.map((turn) => prepared(turn, (block) => (isKept(block) ? [block] : [])));
}

function prepared(turn: Turn, prepare: (block: Block) => readonly Block[]): Turn {
  const content = turn.content.flatMap(prepare);
  const isEmptied = content.length === 0 && turn.content.length > 0;
  return { ...turn, content: isEmptied ? [{ type: "text", text: NOTHING_LEFT }] : content };
}

function keepUnsealed(block: Block): readonly Block[] {
  const proof = proofOf(block);
  return proof !== undefined && isSealed(proof) ? [] : [block];
}

function keepOwn(block: Block, provider: string, key: KeyObject): readonly Block[] {
  if (block.type !== "thinking" && block.type !== "redacted_thinking") return [block];
  const opened = openThinking(proofOf(block) ?? "", key);
  if (opened?.provider !== provider) return [];
  return block.type === "thinking"
    ? [{ ...block, signature: opened.payload }]
    : [{ ...block, data: opened.payload }];
}

function proofOf(block: Block): string | undefined {
  if (block.type === "thinking") return block.signature;
  return block.type === "redacted_thinking" ? block.data : undefined;
}

function macOf(sealed: string, key: KeyObject): string {
  return createHmac("sha256", key).update(sealed).digest("base64url").slice(0, MAC_LENGTH);
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function pack(payload: string): string {
  const bytes = Buffer.from(payload, "utf8");
  const deflated = bytes.length > LARGE_BYTES ? deflateRawSync(bytes) : bytes;
  const isSmaller = deflated.length < bytes.length;
  return Buffer.concat([
    Buffer.of(isSmaller ? DEFLATED : PLAIN),
    isSmaller ? deflated : bytes,
  ]).toString("base64url");
}

function unpack(text: string): string | undefined {
  const packed = Buffer.from(text, "base64url");
  const bytes = packed.subarray(1);
  if (packed[0] === PLAIN) return bytes.toString("utf8");
  if (packed[0] !== DEFLATED) return undefined;
  try {
    return inflateRawSync(bytes, { maxOutputLength: MAX_PAYLOAD_BYTES }).toString("utf8");
  } catch {
    return undefined;
  }
}

import { cutMembers, type MemberPath } from "../../base/json-cut.ts";
import { spliceModel } from "../../base/json-splice.ts";
import type { UpstreamRequest } from "../../upstream/transport/contract.ts";
import type { HeldBody, RequestBody } from "../request/body.ts";
import { bodyIncludes } from "../request/facts.ts";
import { cutSealed, SEALED_TRACE } from "./cut-sealed.ts";
import type { ForeignProofs } from "./foreign-proofs.ts";

/** What goes upstream of a client's body. */
export interface Payload {
  readonly body: UpstreamRequest["body"];
  /** False: byte for byte as it came, packed or not. */
  readonly isRewritten: boolean;
}

/** What is changed in a body, and nothing else. */
export interface Rewriting {
  /** The upstream's name for the model, where that is another. */
  readonly model: string | undefined;
  /** Thinking of other providers is taken out. */
  readonly cutsSealed: boolean;
  /** Of such thinking what is not sealed; undefined: it may stay. */
  readonly foreign: ForeignProofs | undefined;
  /** Members that go. */
  readonly without?: readonly MemberPath[];
  /** Sent unpacked, for it is edited further. */
  readonly isPlain?: boolean;
}

/** The HTTP client keeps a Buffer for as long as the answer lasts, but lets go of what a stream has yielded. */
const KEPT_BODY_BYTES = 8 * 1024;

export function toPayload(
  body: RequestBody,
  { model, cutsSealed, foreign, without = [], isPlain = false }: Rewriting,
): Payload {
  switch (body.kind) {
    case "none":
      return { body: undefined, isRewritten: false };
    case "stream":
      return { body: body.open(), isRewritten: false };
    case "held": {
      const plain = body.plain.ok ? body.plain.value : undefined;
      const isForeign = plain !== undefined && foreign?.areIn(plain) === true;
      const isCut = (cutsSealed && bodyIncludes(body, SEALED_TRACE)) || isForeign;
      const isLess = without.length > 0;
      const isUnpacked = body.isRewritten || (isPlain && body.isPacked);
      if (plain === undefined || (model === undefined && !isCut && !isLess && !isUnpacked)) {
        return { body: asItCame(body), isRewritten: false };
      }
      const whole = Buffer.concat(plain);
      const cut = isCut ? cutSealed(whole, (proof) => foreign?.has(proof) === true) : whole;
      const left = isLess ? cutMembers(cut, without).body : cut;
      const spliced = model === undefined ? undefined : spliceModel(left, model);
      return { body: spliced === undefined ? left : Buffer.concat(spliced), isRewritten: true };
    }
    default:
      return body satisfies never;
  }
}

function asItCame(body: HeldBody): UpstreamRequest["body"] {
  const [only] = body.parts;
  const isSmall = body.parts.length === 1 && body.lengthBytes <= KEPT_BODY_BYTES;
  return isSmall ? only : yieldParts(body);
}

async function* yieldParts(body: HeldBody): AsyncGenerator<Buffer> {
  yield* body.parts;
}

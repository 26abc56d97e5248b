import { allValues } from "../../base/header-list.ts";
import { ANTHROPIC } from "../../canonical/index.ts";
import type { Candidate } from "../../routing/candidate.ts";
import { NOTHING_OBSERVED } from "../../upstream/dialects/anthropic/index.ts";
import type { BoundDialect } from "../../upstream/dialects/bind.ts";
import type { Send, UpstreamRequest } from "../../upstream/transport/contract.ts";
import type { ClientCall } from "../call.ts";
import type { LearnedRefusals } from "../hub/amend/learned-refusals.ts";
import { CallLog } from "../hub/call-log.ts";
import type { SeveralCalls } from "../hub/prepare.ts";
import type { RequestBody } from "../request/body.ts";
import { joined, type LeftOut, leftOutOf, namesOf } from "./left-out.ts";
import { repeating } from "./repeating.ts";

/** A client's own bytes on their way to a server that may not know all of Anthropic's betas. */
export interface ToOthers {
  readonly call: ClientCall;
  readonly body: RequestBody;
  readonly requestedModel: string;
  readonly learned: LearnedRefusals;
  readonly monotonicMs: () => number;
}

/** How such a request goes. */
export interface WithoutBetas {
  readonly request: UpstreamRequest;
  readonly through: (send: Send) => Send;
  readonly several: SeveralCalls;
}

/**
 * Writes a request without what its server is known to refuse, and lets it be repeated without what it refuses now. Undefined
 * toward Anthropic, from whose requests nothing is taken, and where a body cannot be edited.
 */
export function withoutBetas(
  { call, body, requestedModel, learned, monotonicMs }: ToOthers,
  { deployment, model = requestedModel }: Candidate,
  dialect: BoundDialect,
  write: (leftOut: LeftOut) => UpstreamRequest,
): WithoutBetas | undefined {
  if (dialect.id !== ANTHROPIC || deployment.provider === ANTHROPIC) return undefined;
  if (body.kind !== "held" || !body.plain.ok) return undefined;
  const { plain } = body;
  const asked = {
    betas: betasOf([...call.request.rawHeaders, ...body.fields]),
    // Until something of an answer is shown the parts are there.
    body: () => Buffer.concat(plain.ok ? plain.value : []),
  };
  const target = `${deployment.provider}/${model}`;
  const known = { betas: dialect.betas?.refused ?? [], members: [] };
  const leftOut = leftOutOf(asked, joined(known, learned.leftOutOf(target)));
  const calls = new CallLog(monotonicMs);
  let helped: LeftOut | undefined;
  const learn = (found: LeftOut): void => {
    helped = found;
    learned.leaveOut(target, found);
  };
  const refusable = { dialect, asked, leftOut, write, calls, learn };
  return {
    request: write(leftOut),
    through: (send) => repeating(refusable, send),
    several: {
      calls: () => calls.calls,
      observation: () => NOTHING_OBSERVED,
      account: () => (helped === undefined ? undefined : accountOf(helped, leftOut)),
    },
  };
}

function accountOf(helped: LeftOut, before: LeftOut): string {
  const known = new Set(namesOf(before));
  const found = namesOf(helped).filter((name) => !known.has(name));
  return `asked anew without ${found.join(", ")}, which was refused`;
}

function betasOf(headers: readonly string[]): readonly string[] {
  const values = allValues(headers, "anthropic-beta").flatMap((value) => value.split(","));
  return [...new Set(values.map((value) => value.trim()).filter((value) => value !== ""))];
}

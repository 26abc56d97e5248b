import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { Candidate } from "../../routing/candidate.ts";
import type { TokenCounter } from "../../upstream/dialects/count.ts";
import type { UpstreamRequest } from "../../upstream/transport/contract.ts";
import { wholeAnswer } from "../answer/whole-answer.ts";
import { CountedAnswer, type CountTranslation, countAnswer } from "./count-answer.ts";
import { estimateTokens } from "./estimate-tokens.ts";
import type { LocalAnswer, Prepared, Translating } from "./prepare.ts";
import { answerFacts } from "./prepare.ts";
import { addressRequest, readForUpstream } from "./request.ts";
import { openSearchLoop } from "./search/open-loop.ts";

/** Has an upstream of another dialect count, or says about how many tokens it would be where it does not count. */
export function prepareCount(
  translating: Translating,
  candidate: Candidate,
): Result<Prepared | LocalAnswer, GatewayError> {
  const { call, provenance } = translating;
  const { writeCount } = call;
  if (writeCount === undefined) return fail(NO_COUNT);
  const read = readForUpstream(translating, candidate, provenance);
  if (!read.ok) return read;
  const { dialect } = read.value;
  const opened = openSearchLoop(read.value.said, dialect, candidate, translating.searching);
  if (!opened.ok) return opened;
  // A search that is run here is a function to the model.
  const said = opened.value?.offer.said ?? read.value.said;
  const { counter } = dialect;
  if (counter === undefined) {
    return ok({ answer: countAnswer(writeCount(estimateTokens(said)), true) });
  }
  const written = counter.writeRequest(said);
  if (!written.ok) return written;
  const facts = answerFacts(translating, candidate, read.value);
  const translation: CountTranslation = {
    counter,
    failed({ head: { status, headers }, body }) {
      const error = dialect.readError(status, headers, body);
      const told = call.dialect.canonical.writeError(error, facts);
      const answer = wholeAnswer(told.status, told.body, told.headers);
      // A key that was refused is told in other words, and is still a key that was refused.
      return { ...answer, head: { ...answer.head, error } };
    },
    counted: (tokens) => countAnswer(writeCount(tokens), false),
    estimated: () => countAnswer(writeCount(estimateTokens(said)), true),
  };
  const request = addressRequest(candidate, written.value, false);
  return ok({
    open: (inner, send) => send(request, new CountedAnswer(inner, translation)),
    makeTap: undefined,
  });
}

/** Of a body that is not read. */
const BYTES_PER_TOKEN = 4;

/** Has another server of the client's own dialect count, by the client's own bytes; it may not count at all. */
export function prepareOwnCount(
  translating: Translating,
  candidate: Candidate,
  request: UpstreamRequest,
): Prepared {
  const { call, body, provenance, requestedModel } = translating;
  const { counter = NO_COUNTER } = candidate.deployment.dialectFor(
    candidate.model ?? requestedModel,
  );
  const translation: CountTranslation = {
    counter,
    failed: (answer) => answer,
    counted: (_, answer) => answer,
    estimated() {
      const read = readForUpstream(translating, candidate, provenance);
      const bytes = body.kind === "held" ? body.plainBytes : 0;
      const tokens = read.ok ? estimateTokens(read.value.said) : Math.ceil(bytes / BYTES_PER_TOKEN);
      return countAnswer((call.writeCount ?? String)(tokens), true);
    },
  };
  return { open: (inner, send) => send(request, new CountedAnswer(inner, translation)) };
}

const NO_COUNTER: Pick<TokenCounter, "readCount"> = {
  readCount: () => fail({ kind: "server", message: "nobody counts here" }),
};

const NO_COUNT = gatewayError("not_found", "Tokens are not counted in this dialect");

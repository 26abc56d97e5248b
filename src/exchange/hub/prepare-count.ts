import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { Candidate } from "../../routing/candidate.ts";
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
    dialect,
    counter,
    writeError: (error) => call.dialect.canonical.writeError(error, facts),
    writeCount,
    estimate: () => estimateTokens(said),
  };
  const request = addressRequest(candidate, written.value, false);
  return ok({
    open: (inner, send) => send(request, new CountedAnswer(inner, translation)),
    makeTap: undefined,
  });
}

const NO_COUNT = gatewayError("not_found", "Tokens are not counted in this dialect");

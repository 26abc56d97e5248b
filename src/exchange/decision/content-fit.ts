import type { Candidate } from "../../routing/candidate.ts";
import type { Unfitness } from "../../routing/fitness.ts";
import { factsOf } from "../../upstream/model-facts.ts";
import type { Question } from "../question.ts";
import { BodyFacts } from "../request/body-facts.ts";

/**
 * Asks of a candidate whether its model is known not to take what is in the request. Lists of abilities may be behind their
 * models, so this puts another place first and never leaves none. The body is looked at once, and only for a model that
 * cannot do everything.
 */
export function contentFit({ call, body, facts }: Question) {
  const content = new BodyFacts(body, facts);
  let hasImage: boolean | undefined;
  let hasTools: boolean | undefined;
  return ({ deployment, model = facts.model ?? "" }: Candidate): Unfitness | undefined => {
    if (call.operation !== "messages") return undefined;
    const { abilities } = factsOf(deployment.kind, model);
    if (abilities === undefined) return undefined;
    if (!abilities.input.includes("image") && (hasImage ??= content.hasImage)) {
      return unfit("it takes no pictures, and there are some in the conversation");
    }
    if (!abilities.tools && (hasTools ??= content.hasTools)) return unfit("it calls no tools");
    return undefined;
  };
}

function unfit(reason: string): Unfitness {
  return { use: "off", code: "content", reason };
}

import { anthropicMessages } from "../../dialects/anthropic/index.ts";
import { bedrockConverse, converseTraits } from "../../dialects/bedrock-converse/index.ts";
import { type BoundDialect, bindDialect } from "../../dialects/bind.ts";
import { traitsOf } from "../anthropic/index.ts";
import { bearer, type ProviderDefinition } from "../provider.ts";
import { BETAS } from "./betas.ts";
import { CONVERSE_SHAPE } from "./converse-shape.ts";
import { converseCounter, invocationCounter } from "./count.ts";
import { invokeShape } from "./invoke-shape.ts";
import { KEY_QUESTION } from "./key-question.ts";
import { LISTS } from "./lists.ts";
import { isClaude, withoutGeography } from "./model-id.ts";
import { suffixOf } from "./region.ts";
import { resells } from "./resells.ts";

/** Amazon Bedrock. @source https://docs.aws.amazon.com/general/latest/gr/bedrock.html (read 2026-11-26) */
export const provider: ProviderDefinition = {
  id: "bedrock",
  defaultBaseUrl: undefined,
  needsKey: true,
  cloud: {
    kind: "aws",
    signingName: "bedrock",
    bearerVariable: "AWS_BEARER_TOKEN_BEDROCK",
    baseUrl: (region) => `https://bedrock-runtime.${region}.${suffixOf(region)}`,
    lists: LISTS,
  },
  checkPath: "/model/spillway.no-such-model/invoke",
  keyQuestion: KEY_QUESTION,
  authorize: bearer,
  dialectFor: (model) => (isClaude(model) ? asInvocation(model) : asConversation(model)),
  resells,
};

/** Claude itself, whose own words Bedrock carries. */
function asInvocation(model: string): BoundDialect {
  const dialect = bindDialect(anthropicMessages, { ...traitsOf(model), cachesByItself: false });
  return {
    ...dialect,
    counter: invocationCounter(dialect, model),
    betas: BETAS,
    shape: invokeShape(model),
  };
}

function asConversation(model: string): BoundDialect {
  const traits = converseTraits(withoutGeography(model));
  const counter = converseCounter(traits);
  return { ...bindDialect(bedrockConverse, traits), counter, shape: CONVERSE_SHAPE };
}

export { featureOf, isKnownMember } from "./beta-features.ts";
export { type BetaRefusal, readBetaRefusal } from "./beta-refusal.ts";
export { BodyTap } from "./body-tap.ts";
export { type AnthropicTraits, anthropicMessages } from "./hub/index.ts";
export { type AnswerShape, makeTap } from "./make-tap.ts";
export { NOTHING_OBSERVED, type Observation, type Tap } from "./observation.ts";
export { StreamTap } from "./stream-tap.ts";

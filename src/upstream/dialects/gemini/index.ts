export { readCount, writeCountRequest } from "./count-tokens.ts";
export { geminiDialect } from "./dialect.ts";
export { modelPath } from "./model-path.ts";
export { type GeminiTraits, type ThinkingKnob, type ThinkingLevel, traitsOf } from "./traits.ts";

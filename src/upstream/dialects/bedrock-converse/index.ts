export { bedrockConverse } from "./dialect.ts";
export { exceptionKind, exceptionName, messageOf } from "./read-error.ts";
export { type ConverseTraits, converseTraits } from "./traits.ts";
export { conversePath, writeBody } from "./write-request.ts";

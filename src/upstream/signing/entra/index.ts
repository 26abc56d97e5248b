export { openTokens } from "./chain.ts";

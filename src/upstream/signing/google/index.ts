export { openAccessTokens, projectOf } from "./chain.ts";
export type { AccessToken } from "./source.ts";

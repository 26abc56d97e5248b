export { isLimited, type KeySpeed, type RateLimit } from "./key-limits.ts";
export { LocalRates, type RateClaim, type RateLimits, type RateRefusal } from "./local-rates.ts";

export { geminiArrayDialect, geminiClientDialect } from "./dialect.ts";
export { type GeminiAsked, readGeminiPath } from "./read-path.ts";
export { writeCount } from "./write-count.ts";

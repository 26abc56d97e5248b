/** The answer to `countTokens`. */
export function writeCount(tokens: number): string {
  return JSON.stringify({ totalTokens: tokens });
}

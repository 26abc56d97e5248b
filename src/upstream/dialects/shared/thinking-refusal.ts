/** In whatever words servers say that they do not take thinking back: another account's, another model's, or altered. */
const WORDS: readonly RegExp[] = [
  /invalid_encrypted_content/i,
  /encrypted content .{0,80}could not be (?:verified|decrypted)/is,
  /encrypted.{0,60}(?:different|not issued|can only be replayed)/is,
  /could not decrypt/i,
  /invalid .?signature.? in .?thinking/i,
  /(?:corrupted|invalid) thought.?signature|thought.?signature (?:is )?(?:not valid|invalid|corrupted)/i,
  /missing a thought_signature|thought_signature.{0,40}base64 decoding failed/is,
];

/** Whether an error says that earlier thinking is refused: without it the same request would be answered. */
export function isThinkingRefusal(message: string, codes: readonly string[] = []): boolean {
  return [message, ...codes].some((text) => WORDS.some((words) => words.test(text)));
}

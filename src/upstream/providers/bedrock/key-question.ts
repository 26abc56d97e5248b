import type { KeyQuestion } from "../provider.ts";

/**
 * An invocation of a model that does not exist: who is not known is refused before that is noticed.
 * @source https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html (read 2026-11-26)
 */
export const KEY_QUESTION: KeyQuestion = {
  body: "{}",
  readVerdict(status, body) {
    if (status === 400 || status === 404) return true;
    if (status === 401) return false;
    // Who is known, and may not use that model, is refused with the same status.
    return status === 403 && UNKNOWN_KEY.test(body) ? false : null;
  },
};

const UNKNOWN_KEY = /authentication failed|security token|expired|invalid api key/i;

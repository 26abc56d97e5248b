import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { KEY_QUESTION } from "./key-question.ts";

describe("what Bedrock says of a key", () => {
  const cases = [
    [400, "The provided model identifier is invalid.", true],
    [404, "Could not resolve the foundation model", true],
    [403, "Authentication failed: Please make sure your API Key is valid.", false],
    [403, "The security token included in the request is invalid.", false],
    [403, "Bearer Token has expired", false],
    [403, "User: arn:aws:iam::1:user/a is not authorized to perform: bedrock:InvokeModel", null],
    [401, "", false],
    [429, "Too many requests", null],
    [500, "", null],
  ] as const;
  for (const [status, message, verdict] of cases) {
    it(`${status} ${message} means ${verdict}`, () => {
      assert.equal(KEY_QUESTION.readVerdict(status, JSON.stringify({ message })), verdict);
    });
  }
});

import assert from "node:assert/strict";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { isObject } from "../../../src/base/json.ts";
import { Secret } from "../../../src/base/secret.ts";
import { parseExact } from "../../../src/canonical/index.ts";
import { withoutSecret } from "../../../src/exchange/answer/mask-secret.ts";
import { RenamedAnswer } from "../../../src/exchange/answer/renamed-answer.ts";
import { parsed } from "../mutate-json.ts";
import type { Target } from "../target.ts";
import { ALL_UPSTREAMS } from "./parties.ts";
import { piecesOf } from "./splits.ts";

const SECRET = new Secret("sk-ant-api03-a-key-that-nobody-is-shown");
const CODINGS = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
};
const NAME = "afar/another-name";
const FLOW = { pause: () => {}, resume: () => {} };

/** What changes a little of an answer in the client's own dialect, or reads a number out of it. */
export const PASSED_TARGETS: readonly Target[] = [
  {
    name: "packed-answer",
    shape: "bytes",
    sources: ["exchange/answer/mask-secret.ts"],
    run: (input) => {
      const outcomes = Object.entries(CODINGS).map(([coding, pack]) => {
        const asItCame = shown(coding, input);
        const told = Buffer.concat([input, Buffer.from(SECRET.reveal()), input]);
        const masked = shown(coding, pack(told));
        assert.equal(masked.length, told.length, "a masked body has another length");
        assert.ok(!masked.includes(SECRET.reveal()), "the key was shown");
        const plain = pack(input);
        if (!input.includes(SECRET.reveal())) assert.deepEqual(shown(coding, plain), plain);
        return asItCame.length === 0 ? "unreadable" : "read";
      });
      return outcomes.join();
    },
  },
  renamedTarget("renamed-stream", "stream", "text/event-stream"),
  renamedTarget("renamed-body", "json", "application/json"),
  {
    name: "token-count",
    shape: "json",
    sources: ["upstream/dialects/count.ts", "upstream/dialects/gemini/count-tokens.ts"],
    run: (input) => {
      const body = parseExact(input.toString(), { maxBytes: Number.POSITIVE_INFINITY });
      if (!isObject(body)) return "no object";
      const counts = ALL_UPSTREAMS.flatMap(({ counter }) => counter?.readCount(body) ?? []);
      for (const count of counts)
        assert.ok(!count.ok || (Number.isSafeInteger(count.value) && count.value > 0));
      return counts.map(({ ok }) => ok).join();
    },
  },
];

function shown(coding: string, body: Buffer): Buffer {
  const head = { status: 400, reason: "", headers: ["content-encoding", coding] };
  return withoutSecret({ head, body, isComplete: true }, SECRET).body;
}

function renamedTarget(name: string, shape: Target["shape"], type: string): Target {
  return {
    name,
    shape,
    sources: ["exchange/answer/renamed-answer.ts", "base/json"],
    run: (input) => {
      const renamed = rename([input], type);
      assert.deepEqual(rename(piecesOf(input), type), renamed, "by the split");
      const [before, after] = [parsed(input), parsed(renamed)];
      if (shape === "stream" || !isObject(before)) return String(renamed.equals(input));
      assert.ok(isObject(after), "no JSON any more");
      const { model: was, ...rest } = before;
      const { model: is, ...left } = after;
      assert.deepEqual(left, rest);
      assert.ok(is === NAME || is === was, "another name");
      return String(is === was);
    },
  };
}

function rename(pieces: readonly Buffer[], type: string): Buffer {
  const out: Buffer[] = [];
  const inner = {
    onHead: () => {},
    onData: (chunk: Buffer) => void out.push(chunk),
    onEnd: () => {},
    onFailure: () => assert.fail("a whole answer failed"),
  };
  const answer = new RenamedAnswer(inner, NAME, () => undefined);
  answer.onHead({ status: 200, reason: "", headers: ["content-type", type] }, FLOW);
  for (const piece of pieces) answer.onData(piece);
  answer.onEnd();
  return Buffer.concat(out);
}

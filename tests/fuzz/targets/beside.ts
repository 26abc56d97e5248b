import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { openThinking, SEAL_MARK, sealThinking } from "../../../src/canonical/index.ts";
import { toUsage } from "../../../src/metering/index.ts";
import { parseUnified } from "../../../src/quota/unified-headers.ts";
import { BodyTap, StreamTap, type Tap } from "../../../src/upstream/dialects/anthropic/index.ts";
import { EmbeddingsTap } from "../../../src/upstream/dialects/embeddings-tap.ts";
import type { EventFrame } from "../../../src/upstream/eventstream/frame.ts";
import { FrameSplitter } from "../../../src/upstream/eventstream/frame-splitter.ts";
import type { Target } from "../target.ts";
import { KEY } from "./parties.ts";
import { piecesOf } from "./splits.ts";

const MOST_WINDOWS = 32;
const MOST_OTHERS = 64;

/** What reads along beside the bytes, and what opens what was once sealed. */
export const OTHER_TARGETS: readonly Target[] = [
  tapTarget("tap-stream", "stream", () => new StreamTap()),
  tapTarget("tap-body", "json", () => new BodyTap()),
  tapTarget("tap-embeddings", "json", () => new EmbeddingsTap()),
  {
    name: "event-stream-frames",
    shape: "bytes",
    sources: ["upstream/eventstream/"],
    run: (input) => {
      const read = (pieces: readonly Buffer[]) => {
        const splitter = new FrameSplitter();
        const frames: EventFrame[] = [];
        for (const piece of pieces) {
          const pushed = splitter.push(piece);
          if (!pushed.ok) return { frames, end: "refused" };
          frames.push(...pushed.value);
        }
        return { frames, end: splitter.atBoundary ? "whole" : "within" };
      };
      const { frames, end } = read([input]);
      const split = read(piecesOf(input));
      // What is damaged is noticed sooner where the bytes in front of it came alone.
      if (end !== "refused") assert.deepEqual(split, { frames, end }, "by the split");
      else assert.equal(split.end, "refused");
      return `${frames.length} ${end}`;
    },
  },
  {
    name: "quota-headers",
    shape: "lines",
    sources: ["quota/unified-headers.ts"],
    run: (input) => {
      const lines = input.toString("latin1").split("\n");
      const quota = parseUnified(lines.flatMap(fieldIn));
      if (quota === undefined) return "none";
      assert.ok(quota.windows.length <= MOST_WINDOWS);
      assert.ok(Object.keys(quota.other).length <= MOST_OTHERS);
      const shares = quota.windows.map(({ usedPercent = 0 }) => usedPercent);
      const times = [quota, ...quota.windows].map(({ resetsAtMs = 0 }) => resetsAtMs);
      for (const number of [...shares, ...times]) {
        assert.ok(Number.isFinite(number) && number >= 0, String(number));
      }
      return `${quota.windows.length} ${Object.keys(quota.other).length}`;
    },
  },
  {
    name: "provenance",
    shape: "bytes",
    sources: ["canonical/provenance.ts"],
    run: (input) => {
      const text = input.toString();
      assert.equal(openThinking(text, KEY), undefined, "a forged seal was opened");
      assert.deepEqual(openThinking(sealThinking("p", text, KEY), KEY), {
        provider: "p",
        payload: text,
      });
      const opened = openThinking(signed(`${SEAL_MARK}p.${input.toString("base64url")}`), KEY);
      openThinking(signed(SEAL_MARK + text), KEY);
      return typeof opened?.payload;
    },
  },
];

function tapTarget(name: string, shape: Target["shape"], open: () => Tap): Target {
  return {
    name,
    shape,
    sources: [
      "upstream/dialects/anthropic/",
      "upstream/dialects/embeddings-tap.ts",
      "upstream/sse/",
      "base/",
      "metering/usage.ts",
      "metering/count-reader.ts",
    ],
    run: (input) => {
      const whole = observe(open(), [input]);
      assert.deepEqual(observe(open(), piecesOf(input)), whole, "by the split");
      assert.equal(whole.failed, false, "the tap failed");
      assert.ok(Number.isSafeInteger(whole.deliveredTextBytes) && whole.deliveredTextBytes >= 0);
      assert.ok(whole.deliveredTextBytes <= input.length, "more text than bytes");
      const usage = whole.usage === undefined ? undefined : toUsage(whole.usage, {});
      for (const { units } of usage?.entries ?? []) {
        for (const count of Object.values(units)) {
          assert.ok(count === undefined || (Number.isSafeInteger(count) && count >= 0), `${count}`);
        }
      }
      return `${whole.usageComplete} ${whole.stopReason} ${whole.errorType} ${Object.keys(whole.usage ?? {}).join()}`;
    },
  };
}

function observe(tap: Tap, pieces: readonly Buffer[]) {
  for (const piece of pieces) tap.push(piece);
  const observation = tap.finish();
  assert.ok(!(observation instanceof Promise));
  return observation;
}

function fieldIn(line: string): readonly string[] {
  const colon = line.indexOf(":");
  return colon < 1 ? [] : [line.slice(0, colon), line.slice(colon + 1).trim()];
}

/** As only this installation can sign it. */
function signed(sealed: string): string {
  const mac = createHmac("sha256", KEY).update(sealed).digest("base64url").slice(0, 22);
  return `${sealed}.${mac}`;
}

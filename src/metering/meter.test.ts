import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NOTHING_OBSERVED, type Observation } from "../upstream/dialects/anthropic/index.ts";
import { meter } from "./meter.ts";

const STARTED = {
  ...NOTHING_OBSERVED,
  servedModel: "claude-opus-5-5",
  sawMessageStart: true,
  usage: { input_tokens: 12, output_tokens: 1 },
} satisfies Observation;

const CONTEXT = { requestedModel: "claude-fable-5", status: 200 };

function output(observation: Observation) {
  const { usage, source } = meter(observation, CONTEXT);
  return { source, output: usage?.entries[0]?.units.output, input: usage?.entries[0]?.units.input };
}

describe("meter", () => {
  it("trusts the provider's final figures, also when less text than that was delivered", () => {
    const final = {
      ...STARTED,
      usage: { input_tokens: 12, output_tokens: 42 },
      usageComplete: true,
    };
    assert.deepEqual(output({ ...final, deliveredTextBytes: 4 }), {
      source: "provider",
      output: 42,
      input: 12,
    });
    assert.deepEqual(output({ ...final, deliveredTextBytes: 4_000 }), {
      source: "provider",
      output: 42,
      input: 12,
    });
  });

  it("estimates the output of a cut stream from the delivered text, a quarter token a byte, rounded up", () => {
    const cut = { ...STARTED, deliveredTextBytes: 401 };
    assert.deepEqual(output(cut), { source: "estimated", output: 101, input: 12 });
  });

  it("never estimates below the provider's last figure", () => {
    const cut = {
      ...STARTED,
      usage: { input_tokens: 12, output_tokens: 300 },
      deliveredTextBytes: 401,
    };
    assert.deepEqual(output(cut), { source: "estimated", output: 300, input: 12 });
  });

  it("leaves the input unknown when only text is known", () => {
    const cut = { ...NOTHING_OBSERVED, deliveredTextBytes: 9 };
    assert.deepEqual(output(cut), { source: "estimated", output: 3, input: undefined });
    assert.equal(meter(cut, CONTEXT).usage?.entries[0]?.model, "claude-fable-5");
  });

  it("counts nothing for errors before a message, and for token counts", () => {
    const none = { usage: undefined, source: "none" };
    assert.deepEqual(meter({ ...NOTHING_OBSERVED, errorType: "rate_limit_error" }, CONTEXT), none);
    assert.deepEqual(meter(NOTHING_OBSERVED, { status: 502 }), none);
    assert.deepEqual(meter({ ...NOTHING_OBSERVED, inputTokensCounted: 5 }, CONTEXT), none);
  });

  it("does not take an error after the start for free", () => {
    assert.equal(output({ ...STARTED, errorType: "overloaded_error" }).source, "estimated");
  });

  it("says unknown when nothing was readable, never zero", () => {
    const unknown = { usage: undefined, source: "unknown" };
    assert.deepEqual(meter(NOTHING_OBSERVED, CONTEXT), unknown);
    assert.deepEqual(meter({ ...NOTHING_OBSERVED, failed: true }, CONTEXT), unknown);
    assert.deepEqual(
      meter({ ...NOTHING_OBSERVED, sawMessageStart: true, errorType: "x" }, CONTEXT),
      unknown,
    );
  });
});

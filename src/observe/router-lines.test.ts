import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  demapLine,
  dispatchLine,
  limitsLine,
  modelsLine,
  probeLine,
  transitionLine,
} from "./router-lines.ts";

const WINDOWS = [
  { window: "5h", usedPercent: 91.4 },
  { window: "7d", usedPercent: 10 },
  { window: "overage" },
];

describe("the router's log lines", () => {
  it("S1-105: a transition", () => {
    assert.equal(
      transitionLine("anthropic", "litellm", WINDOWS),
      "[proxy] mode transition: anthropic -> litellm (5h=91%, 7d=10%, overage=?%)",
    );
  });

  it("S1-106, C-10, X-R2: a dispatch", () => {
    const model = "claude-opus-4-8";
    assert.equal(
      dispatchLine({ to: "anthropic", reason: "anthropic-passthrough", model, stream: true }),
      "[proxy] dispatch: anthropic reason=anthropic-passthrough model=claude-opus-4-8",
    );
    const rewrite = "claude-opus-4-7";
    assert.equal(
      dispatchLine({ to: "litellm", reason: "redirect-opus", model, rewrite, stream: true }),
      "[proxy] dispatch: litellm reason=redirect-opus model=claude-opus-4-8 rewrite=claude-opus-4-7",
    );
    assert.equal(
      dispatchLine({ to: "composer", model: "composer-2.5", stream: false }),
      "[proxy] dispatch: composer model=composer-2.5 stream=false",
    );
  });

  it("X-R2: a picker's name, and a list of models", () => {
    assert.equal(
      demapLine("claude-router-gpt-5", "gpt-5"),
      "[proxy] demap: claude-router-gpt-5 -> gpt-5",
    );
    const counts = new Map([
      ["anthropic", 2],
      ["litellm", 0],
    ]);
    assert.equal(
      modelsLine({ counts, merged: 2 }),
      "[proxy] models-list: anthropic=2 litellm=0 merged=2",
    );
  });

  it("stays one line of plain words, whatever a model is called", () => {
    const line = dispatchLine({
      to: "litellm",
      reason: "non-claude-model",
      model: `a b\n[proxy] \u001b[31m${"x".repeat(999)}`,
      stream: true,
    });
    assert.match(
      line,
      /^\[proxy\] dispatch: litellm reason=non-claude-model model=a\?b\?\[proxy\]/,
    );
    assert.ok(line.length < 300);
  });

  it("X-R3: all limits of the first answer, each on a line of its own", () => {
    const fields = [
      "Anthropic-RateLimit-Unified-Status",
      "allowed",
      "anthropic-ratelimit-x",
      "a b",
    ];
    assert.equal(
      limitsLine([...fields, "anthropic-ratelimit-y", "\u001b[31m\r\n[proxy] forged"]),
      "all rate-limit headers (first response):\n" +
        "  Anthropic-RateLimit-Unified-Status: allowed\n" +
        "  anthropic-ratelimit-x: a b\n" +
        "  anthropic-ratelimit-y: ?[31m??[proxy] forged",
    );
  });

  it("X-R2: a probe", () => {
    const ways = { windows: WINDOWS, from: "litellm", to: "anthropic" };
    assert.equal(
      probeLine({ status: 200, failures: 0, ...ways }),
      "[proxy] probe: 200 5h=91% 7d=10% overage=?% mode=litellm->anthropic",
    );
    assert.equal(
      probeLine({ status: 401, failures: 3, ...ways }),
      "[proxy] probe: status 401 (failures=3)",
    );
    assert.equal(
      probeLine({ status: undefined, failures: 1, ...ways }),
      "[proxy] probe: status none (failures=1)",
    );
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { showPays } from "./pays.ts";

function shown(redirectsTo: string | null): string {
  const lines: string[] = [];
  const screen = {
    color: false,
    width: 200,
    line: (text = "") => {
      lines.push(text);
    },
    json: () => {},
    paint: (_style: string, text: string) => text,
  };
  showPays(screen, { mode: null, redirects_to: redirectsTo, cap: null, stored: [], keys: 0 }, 0);
  return lines.join("\n");
}

describe("what pays, in status", () => {
  it("is nobody without a key", () => {
    assert.match(shown(null), /requests\s+stop when the subscription is full\. Store one:/);
  });

  it("does not say that requests stop where they are redirected before", () => {
    const text = shown("litellm");
    assert.match(text, /Before the subscription is full, litellm\s+answers instead\./);
    assert.doesNotMatch(text, /stop/);
  });
});

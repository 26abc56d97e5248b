import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { wantsColor } from "./paint.ts";
import {
  costText,
  type ExchangeLine,
  exchangeLineHeader,
  formatExchangeLine,
  plainText,
} from "./terminal-line.ts";

const EVENT: ExchangeLine = {
  id: "spx_01m7ynzxqj5hdqtd1bdwkne29p",
  started_at: new Date(2026, 10, 21, 9, 5, 27).toISOString(),
  finished_at: new Date(2026, 10, 21, 9, 5, 31).toISOString(),
  operation: "messages",
  model: "claude-opus-5-5",
  agent_id: null,
  request_class: "main",
  duration_ms: 4_213,
  first_byte_ms: 912,
  tokens: { input_total: 54_245, cache_read: 41_000, output: 1_200 },
  usage_source: "provider",
  cost: "$0.0420",
  book: "subscription",
  status: 200,
  finish: "complete",
  error_code: null,
};

const PLAIN = { color: false, width: 80 };

describe("formatExchangeLine", () => {
  it("stands under its header, within 80 columns", () => {
    assert.equal(
      `${exchangeLineHeader(PLAIN)}\n${formatExchangeLine(EVENT, PLAIN)}`,
      "TIME     MODEL        CLASS    TOTAL FIRST    IN CACHE   OUT      COST BOOK END\n" +
        "09:05:31 opus-5-5     main      4.2s 912ms 54.2k   76%  1.2k  ~$0.0420 sub  ok",
    );
  });

  it("shows at a glance that another place answered, or at a later attempt", () => {
    const line = (provider: string, attempt: number, is_fallback: boolean, width: number) =>
      formatExchangeLine(
        { ...EVENT, answered: { provider, attempt, is_fallback } },
        { color: false, width },
      );
    assert.match(line("openrouter", 2, true, 80), / sub {2}2nd$/);
    assert.match(line("openrouter", 3, true, 140), / 3rd {2}spx_\w+ → openrouter \(3rd\)$/);
    assert.match(line("anthropic", 2, false, 140), / 2nd {2}spx_\w+$/);
  });

  it("tells unknown usage and cost from none", () => {
    const unknown = formatExchangeLine(
      {
        ...EVENT,
        tokens: { input_total: null, cache_read: null, output: null },
        usage_source: "unknown",
        cost: null,
        finish: "upstream_lost",
      },
      PLAIN,
    );
    assert.match(unknown, / {5}\? {5}\? {5}\? {3}unknown sub {2}lost$/);
    const none = formatExchangeLine(
      { ...EVENT, operation: "models", model: null, usage_source: "none", cost: "$0.00" },
      PLAIN,
    );
    assert.match(none, /^09:05:31 - {12}models .* {5}- {5}- {5}- {9}- - {4}ok$/);
  });

  it("says how it ended", () => {
    const endOf = (change: Partial<ExchangeLine>): string | undefined =>
      formatExchangeLine({ ...EVENT, ...change }, PLAIN)
        .split(" ")
        .at(-1);
    assert.equal(endOf({ status: 429 }), "429");
    assert.equal(endOf({ finish: "client_gone" }), "gone");
    assert.equal(endOf({ finish: "upstream_lost" }), "lost");
    assert.equal(endOf({ finish: "upstream_lost", status: 502 }), "502");
    assert.equal(endOf({ finish: "indeterminate" }), "?");
    assert.equal(endOf({ finish: null, status: null }), "open");
  });

  it("shows the id and the error where the terminal has room for them", () => {
    const line = formatExchangeLine(
      { ...EVENT, status: 429, error_code: "http_429" },
      { color: false, width: 130 },
    );
    assert.match(line, / 429 {2}spx_01m7ynzxqj5hdqtd1bdwkne29p http_429$/);
  });

  it("never lets a client's text steer the terminal or break the columns", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (model, name) => {
        const line = formatExchangeLine({ ...EVENT, model, request_class: name }, PLAIN);
        assert.doesNotMatch(line, /\p{Cc}|\u202e/u);
        assert.equal(Array.from(line).length, 78);
      }),
    );
  });

  it("takes a name of an object's own for a name", () => {
    const line = formatExchangeLine({ ...EVENT, request_class: "constructor" }, PLAIN);
    assert.match(line, / constru… /);
  });

  it("says the same in colour", () => {
    const colored = formatExchangeLine(EVENT, { color: true, width: 80 });
    assert.notEqual(colored, formatExchangeLine(EVENT, PLAIN));
    assert.equal(stripVTControlCharacters(colored), formatExchangeLine(EVENT, PLAIN));
  });
});

describe("costText", () => {
  it("marks money that a subscription covers, and nothing else", () => {
    assert.equal(costText("$0.42", "subscription"), "~$0.42");
    assert.equal(costText("$0.42", "api"), "$0.42");
    assert.equal(costText(null, "subscription"), "unknown");
    assert.equal(costText("$0.00", "api", false), "-");
  });
});

describe("plainText", () => {
  it("keeps letters of every script", () => {
    assert.equal(plainText("modèle-模型"), "modèle-模型");
    assert.equal(plainText("a\u001b[31m\nb"), "a\u{fffd}[31m\u{fffd}b");
  });
});

describe("wantsColor", () => {
  it("obeys NO_COLOR before FORCE_COLOR before the terminal", () => {
    assert.equal(wantsColor({}, true), true);
    assert.equal(wantsColor({}, false), false);
    assert.equal(wantsColor({ NO_COLOR: "1", FORCE_COLOR: "1" }, true), false);
    assert.equal(wantsColor({ NO_COLOR: "" }, true), true);
    assert.equal(wantsColor({ FORCE_COLOR: "1" }, false), true);
    assert.equal(wantsColor({ FORCE_COLOR: "0" }, true), false);
    assert.equal(wantsColor({ TERM: "dumb" }, true), false);
  });
});

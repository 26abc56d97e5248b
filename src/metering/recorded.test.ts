import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { isObject } from "../base/json.ts";
import { StreamTap } from "../upstream/dialects/anthropic/index.ts";
import { makeCatalogue } from "./catalogue.ts";
import { priceUsage } from "./cost.ts";
import { meter } from "./meter.ts";

/** Recorded provider traffic beside the checkout; newcomers have none. */
const EXCHANGES = new URL("../../../shared/corpus/exchanges/anthropic-messages/", import.meta.url)
  .pathname;
const skip = existsSync(EXCHANGES) ? false : "no recorded exchanges on this machine";

describe("metering of recorded streams", () => {
  it("finds usage and a price for every complete one", { skip }, () => {
    const made = makeCatalogue();
    assert.ok(made.ok);
    const prices = made.value.of({ provider: "anthropic", kind: "anthropic" });
    let streams = 0;
    for (const name of readdirSync(EXCHANGES)) {
      const exchange: unknown = JSON.parse(readFileSync(EXCHANGES + name, "utf8"));
      const response = isObject(exchange) ? exchange["response"] : undefined;
      const sse = isObject(response) ? response["sse"] : undefined;
      if (!Array.isArray(sse)) continue;
      streams += 1;
      const tap = new StreamTap();
      tap.push(Buffer.from(`${sse.join("\n\n")}\n\n`));
      const { usage, source } = meter(tap.finish(), { status: 200 });
      assert.equal(source, "provider", name);
      assert.ok(usage !== undefined);
      const { cost, unpriced } = priceUsage(usage, prices);
      assert.ok(cost !== undefined && cost > 0n, `${name}: ${unpriced.join(", ")}`);
    }
    assert.ok(streams > 20, `only ${streams} streams`);
  });
});

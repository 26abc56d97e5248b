import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { allowsModel } from "../../src/policy/access/index.ts";
import { STRATEGIES } from "../../src/routing/target.ts";
import { openDecider } from "./decider.ts";

/** Providers with the place that each of them is in. */
const PLACES = { groq: "us", openai: "eu", openrouter: "global" } as const;
const MODELS = [
  "groq/a",
  "groq/b",
  "openai/a",
  "openrouter/c",
  "claude-opus-4-8",
  "claude-haiku-4-5",
] as const;
const OWN_NAMES = ["fast", "coding", "drawn"] as const;
const LISTED = [...MODELS, ...OWN_NAMES, "groq/*", "claude-*", "*"] as const;

const model = fc.constantFrom(...MODELS);
const targets = fc.array(
  fc.record({
    model,
    weight: fc.integer({ min: 1, max: 5 }),
    pays: fc.constantFrom(undefined, "key"),
  }),
  { minLength: 1, maxLength: 4 },
);

const setups = fc.record({
  alias: model,
  haiku: fc.option(model, { nil: undefined }),
  strategy: fc.constantFrom(...STRATEGIES),
  coding: targets,
  drawn: targets,
  chain: targets,
  policy: fc.constantFrom(undefined, "us_only", "eu_only"),
  asked: fc.constantFrom(...MODELS, ...OWN_NAMES),
  fallbacks: fc.subarray([...MODELS, ...OWN_NAMES], { maxLength: 3 }),
  models: fc.option(fc.subarray([...LISTED], { minLength: 1 }), { nil: undefined }),
  seed: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
});

describe("every candidate", () => {
  it("R3 is Anthropic's where only the plan's limits are asked for, whatever stands behind it", async () => {
    const endpoint = { guarantee: "contract", source: "a page", verified: "2026-11-01" };
    const config = {
      providers: {
        groq: { kind: "openai-compatible", url: "https://groq.example/v1", key: "env:KEY" },
      },
      anthropic: { url: "https://claude.example" },
      residency: { endpoints: [{ url: "https://groq.example", place: "eu", ...endpoint }] },
      routing: { fallbacks: { "*": ["groq/a"] } },
    };
    const decider = await openDecider(config, () => 0);
    const headers = ["x-spillway-data-policy", "eu_only"];
    const message = decider({ model: "claude-opus-4-8", headers });
    assert.equal(message.route?.[0].deployment.provider, "groq");
    const probe = decider({ model: "claude-opus-4-8", headers, isProbe: true });
    assert.equal(probe.refusal?.code, "residency_refused");
  });

  it("X-F4, R17 is allowed by the key and in the place, whatever names, chains and strategies say", async () => {
    let left = 0;
    let emptied = 0;
    await fc.assert(
      fc.asyncProperty(setups, async (setup) => {
        const { alias, haiku, strategy, coding, drawn, chain, policy, asked, models } = setup;
        const config = {
          providers: Object.fromEntries(
            Object.keys(PLACES).map((id) => [
              id,
              { kind: "openai-compatible", url: `https://${id}.example/v1`, key: "env:KEY" },
            ]),
          ),
          anthropic: { url: "https://claude.example", keys: [{ name: "one", key: "env:KEY" }] },
          residency: {
            endpoints: Object.entries({ ...PLACES, claude: "us" }).map(([id, place]) => ({
              url: `https://${id}.example`,
              place,
              guarantee: "contract",
              source: "a page",
              verified: "2026-11-01",
            })),
          },
          routing: {
            aliases: { fast: alias },
            ...(haiku === undefined ? {} : { tiers: { haiku } }),
            models: { coding: { strategy, targets: coding }, drawn: { targets: drawn } },
            fallbacks: { "*": chain },
          },
        };
        const decider = await openDecider(config, () => setup.seed);
        const headers =
          setup.fallbacks.length === 0 ? [] : ["x-spillway-fallbacks", setup.fallbacks.join()];
        const { route, refusal } = decider({ model: asked, models, dataPolicy: policy, headers });
        assert.ok((route === undefined) !== (refusal === undefined));
        if (route === undefined) emptied += 1;
        else left += 1;
        const given = { fast: [alias], coding: namesOf(coding), drawn: namesOf(drawn) };
        const standsFor: readonly string[] =
          Object.entries(given).find(([n]) => n === asked)?.[1] ?? [];
        const places: Readonly<Record<string, string>> = { ...PLACES, anthropic: "us" };
        const seen = new Set<string>();
        for (const candidate of route ?? []) {
          const { provider } = candidate.deployment;
          const bare = candidate.model ?? asked;
          const name = provider === "anthropic" ? bare : `${provider}/${bare}`;
          if (models !== undefined) {
            assert.ok(allowsModel(models, asked), asked);
            assert.ok(standsFor.includes(name) || allowsModel(models, name), name);
            if (policy !== undefined) assert.equal(`${places[provider]}_only`, policy);
          }
          const place = `${name} ${candidate.credential.owner}`;
          assert.ok(!seen.has(place), `${place} twice`);
          seen.add(place);
        }
        assert.equal(route?.[0].tryIf ?? "always", "always");
      }),
      { numRuns: 300 },
    );
    // Otherwise the property says nothing.
    assert.ok(left > 30 && emptied > 30, `${left} with and ${emptied} without a candidate`);
  });
});

function namesOf(list: readonly { readonly model: string }[]): readonly string[] {
  return list.map(({ model: name }) => name);
}

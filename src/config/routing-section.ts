import { z } from "zod";
import { affinitySection } from "./affinity-section.ts";
import { healthSection, holdField, retrySection, slowStartSection } from "./health-section.ts";
import { rulesField } from "./rules-section.ts";

const NAME = { error: "expected the name of a model, such as claude-opus-4-8 or groq/llama-4" };
const OWN_NAME = {
  error: "expected a name without spaces, of at most 100 characters, such as fast",
};
const TIERS = { error: "expected opus, sonnet or haiku with a model, such as haiku: groq/llama-4" };
const WEIGHT = { error: "expected a number from 0 to 1000000, such as 3" };
const KEY = { error: "expected the name of one of the provider's keys" };
const TARGET = {
  error:
    "expected a model such as groq/llama-4, or { model: claude-opus-4-8, pays: session } with any of pays (session or key), weight and key",
};
const TARGETS = {
  error: "expected a list with at least one model, such as [claude-opus-4-8, groq/llama-4]",
};

const nameField = z.string(NAME).min(1, NAME).max(300, NAME);
/** What stands in front of the colon. */
const ownName = z.string(OWN_NAME).regex(/^[^\s]{1,100}$/, OWN_NAME);

const target = z.strictObject({
  model: nameField.meta({ description: "A model as a client would write it, or an alias." }),
  pays: z.enum(["session", "key"]).optional().meta({
    description:
      "session: the caller's own subscription and nothing else; key: a stored or configured key. Default: whoever pays today.",
  }),
  weight: z.number(WEIGHT).min(0, WEIGHT).max(1e6, WEIGHT).optional().meta({
    description: "Share among the others, for weighted. Default: 1.",
  }),
  key: z.string(KEY).min(1, KEY).optional().meta({
    description: "Name of the one key that may pay.",
  }),
});

/** A model's name alone says enough mostly. */
const targets = z
  .array(
    z.union([nameField.transform((model) => ({ model })), target], TARGET).meta({
      "x-type": "target",
    }),
    TARGETS,
  )
  .min(1, TARGETS);

const virtualModel = z.strictObject({
  strategy: z
    .enum(["priority", "weighted", "price", "latency", "round_robin"])
    .default("priority")
    .meta({
      description:
        "Which target is tried first: the list's first, one drawn by its weight, the cheapest, the fastest to a first byte, or each in turn. The others follow where it fails.",
    }),
  targets: targets.meta({ description: "What the name stands for." }),
});

export const routingSection = z
  .strictObject({
    aliases: z
      .record(ownName, nameField, {
        error: "expected names of models by other names, such as fast: groq/llama-4",
      })
      .default({})
      .meta({
        description: "Other names for models, or for other aliases and virtual models.",
        examples: [{ fast: "groq/llama-4" }],
      }),
    tiers: z
      .partialRecord(z.enum(["opus", "sonnet", "haiku"], TIERS), nameField, TIERS)
      .default({})
      .meta({
        description:
          "What Claude's families stand for, whatever version of one a client asks for: models of any provider, aliases or virtual models.",
        examples: [{ haiku: "groq/llama-4" }],
      }),
    models: z
      .record(ownName, virtualModel, {
        error: "expected virtual models by name, such as coding: { targets: [claude-opus-4-8] }",
      })
      .default({})
      .meta({
        description: "Virtual models: names that stand for several targets.",
        examples: [
          {
            coding: {
              targets: [
                { model: "claude-opus-4-8", pays: "session" },
                { model: "claude-opus-4-8", pays: "key" },
                "openrouter/anthropic/claude-opus-4.8",
              ],
            },
          },
        ],
      }),
    fallbacks: z
      .record(ownName, targets, {
        error: "expected lists of models by name, such as claude-opus-4-8: [groq/llama-4]",
      })
      .default({})
      .meta({
        description:
          'What is tried, in order, when a model fails in a way that another place may cure; "*" is for every name without a list of its own.',
        examples: [{ "*": ["groq/llama-4"] }],
      }),
    rules: rulesField,
    unknown: z.enum(["auto", "refuse", "pass"]).default("auto").meta({
      description:
        "What becomes of a model that nobody here knows. refuse corrects common spellings of Claude's models, and answers 404 with the nearest names; pass lets Anthropic say what it thinks of the name. auto refuses where Anthropic itself is asked and other providers are in use, a Spillway key is sent, or names are configured here.",
    }),
    header: z.enum(["on", "off"]).default("on").meta({
      description:
        "Whether answers carry x-spillway-route, which tells clients of a name with several places which were asked, which were not, and why. spillway why tells it in any case.",
    }),
    hold: holdField,
    slowStart: slowStartSection,
    retry: retrySection,
    health: healthSection,
    affinity: affinitySection,
  })
  .prefault({})
  .meta({ description: "What the names of models stand for, and what is tried when one fails." });

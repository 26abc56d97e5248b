import { z } from "zod";
import { durationField } from "./fields.ts";
import { secretField } from "./pay-section.ts";

const PROVIDER = { error: "expected the id of a provider, such as litellm" };
const MODEL = { error: 'expected the name of a model, or "" for none' };

const providerField = z.string(PROVIDER).min(1, PROVIDER).optional();

function percentField(lowest: number, highest: number, fallback: number) {
  const remedy = { error: `expected a whole percentage from ${lowest} to ${highest}` };
  return z.int(remedy).min(lowest, remedy).max(highest, remedy).default(fallback);
}

function modelField(fallback: string, tier: string) {
  return z
    .string(MODEL)
    .default(fallback)
    .meta({
      description: `Name under which the other provider knows its substitute for ${tier} models; an empty one refuses their requests.`,
    });
}

const atSection = z
  .strictObject({
    fiveHour: percentField(1, 100, 90).meta({
      description: "Go on elsewhere from this percentage of the 5-hour window.",
    }),
    sevenDay: percentField(1, 100, 90).meta({
      description: "Go on elsewhere from this percentage of the 7-day window.",
    }),
    overage: percentField(1, 100, 80).meta({
      description: "Go on elsewhere from this percentage of the extra usage.",
    }),
  })
  .prefault({})
  .meta({ description: "How full a plan may be." });

const modelsSection = z
  .strictObject({
    opus: modelField("claude-opus-4-7", "Opus"),
    sonnet: modelField("claude-sonnet-4-6", "Sonnet"),
    haiku: modelField("claude-haiku-4-5", "Haiku"),
  })
  .prefault({})
  .meta({ description: "What takes the place of Anthropic's models." });

const probeSection = z
  .strictObject({
    interval: durationField(100).prefault("5m").meta({
      description:
        "While an account is redirected, ask Anthropic this often how full it is. After three failures in a row the time doubles, up to an hour.",
    }),
    model: z
      .string(MODEL)
      .min(1, MODEL)
      .default("claude-haiku-4-5")
      .meta({ description: "Model that is named when asking." }),
    endpoint: z.enum(["auto", "count_tokens", "messages"]).default("auto").meta({
      description:
        "What is asked: a count of tokens, a message of one token, or the message only where the count does not tell the limits.",
    }),
    key: secretField.meta({
      description:
        "Credential to ask with, as env:NAME or file:/path. Without it, the caller's own, kept in memory while its account is redirected.",
    }),
  })
  .prefault({})
  .meta({ description: "How a redirected account finds out that its plan has room again." });

export const redirectSection = z
  .strictObject({
    to: providerField.meta({
      description:
        "Provider that answers for Claude models while an account's plan is nearly full. Default: none, the plan is used to its end.",
    }),
    foreign: providerField.meta({
      description:
        "Provider that is asked for every model that is not Claude's and that no other provider claims. Default: none, Anthropic says what it thinks of the name.",
    }),
    at: atSection,
    hysteresis: percentField(0, 99, 5).meta({
      description:
        "Every window has to be this much below its percentage before the plan is used again, or to have reset.",
    }),
    models: modelsSection,
    preferWait: durationField(0).prefault("0s").meta({
      description:
        "A window that resets within this time is waited for: it does not begin a redirect.",
    }),
    probe: probeSection,
  })
  .prefault({})
  .meta({ description: "Going on elsewhere before the plan is full." });

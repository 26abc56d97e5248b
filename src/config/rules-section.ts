import { z } from "zod";

const NAME = { error: "expected a name without spaces, such as subagents-cheaper" };
const WHEN = { error: 'expected a condition, such as class == "subagent" && inputTokens < 50000' };
const MODEL = { error: "expected the name of a model, such as claude-haiku-4-5" };
const REFUSE = { error: "expected what the client is told, in at most 500 characters" };
const STOP = { error: "expected true" };
const ACTION = "needs one of to (a model's name), refuse (a text) and stop (true)";
const TEXTS = {
  error: 'expected a text or a list of texts, with * for any characters, such as "claude-opus-*"',
};

const text = z.string(TEXTS).min(1, TEXTS).max(300, TEXTS);

function condition(description: string) {
  return z
    .union([text, z.array(text, TEXTS).min(1, TEXTS)], TEXTS)
    .transform((texts) => [texts].flat())
    .optional()
    .meta({ "x-type": "text or list", description });
}

const rule = z
  .strictObject({
    name: z
      .string(NAME)
      .regex(/^[^\s]{1,60}$/, NAME)
      .meta({ description: "What records call it." }),
    model: condition("Its model, as the client names it."),
    tier: condition("opus, sonnet, haiku or other."),
    class: condition("main, subagent, workflow, compaction or auxiliary."),
    principal: condition("Who calls."),
    key: condition("Name of the Spillway key."),
    client: condition("The client's name, such as claude-cli."),
    when: z
      .string(WHEN)
      .min(1, WHEN)
      .optional()
      .meta({
        description: "A condition in CEL; docs/reference/rules.md has what it can ask.",
        examples: ['class == "subagent" && inputTokens < 50000'],
      }),
    to: z.string(MODEL).min(1, MODEL).max(300, MODEL).optional().meta({
      description: "The name that the request has from now on, as a client would write it.",
    }),
    refuse: z.string(REFUSE).min(1, REFUSE).max(500, REFUSE).optional().meta({
      description: "Refuse the request with this text (403 rule_refused).",
    }),
    stop: z
      .literal(true, STOP)
      .optional()
      .meta({ description: "Leave the name as it is, whatever later rules say." }),
  })
  .superRefine(({ to, refuse, stop }, context) => {
    const given = [to, refuse, stop].filter((action) => action !== undefined);
    if (given.length !== 1) context.addIssue({ code: "custom", message: ACTION });
  });

export const rulesField = z
  .array(rule, { error: "expected a list of rules" })
  .superRefine((rules, context) => {
    const seen = new Set<string>();
    for (const [at, { name }] of rules.entries()) {
      if (seen.has(name)) {
        const message = "is another rule's name too; names tell rules apart in records";
        context.addIssue({ code: "custom", path: [at, "name"], message });
      }
      seen.add(name);
    }
  })
  .prefault([])
  .meta({
    description:
      "Which name a request has, before anything else is asked of the name. The first rule whose conditions all hold decides.",
    examples: [[{ name: "background-cheap", class: "auxiliary", to: "claude-haiku-4-5" }]],
  });

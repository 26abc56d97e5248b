import { z } from "zod";

const KEYS = {
  error:
    'expected a list of keys, such as [{ name: a, key: "env:KEY_A" }, { name: b, key: "env:KEY_B" }]',
};
const NAME = { error: "expected a name of letters, digits and dashes, such as team-a" };
const KEY = { error: "expected env:NAME or file:/path, not the key itself" };
const WEIGHT = { error: "expected a number from 0 to 1000000, such as 3" };
const FOR = { error: 'expected principals, such as ["asha", "ci"]' };

const pooledKey = z.strictObject(
  {
    name: z
      .string(NAME)
      .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/, NAME)
      .meta({
        description: "What it is called where people read of it.",
      }),
    key: z.string(KEY).min(1, KEY).meta({ description: "API key, as env:NAME or file:/path." }),
    weight: z.number(WEIGHT).min(0, WEIGHT).max(1e6, WEIGHT).default(1).meta({
      description: "Share among the others of the provider.",
    }),
    for: z.array(z.string(FOR).min(1, FOR), FOR).default([]).meta({
      description:
        "Principals that it is kept for, and who use no other. Default: everybody for whom none is kept.",
    }),
  },
  KEYS,
);

/** The key that stands alone in its provider's entry, where people read of it. */
const RESERVED = "configuration";

/** Several keys of one provider. */
export const keysField = z
  .array(pooledKey, KEYS)
  .superRefine((keys, context) => {
    const names = keys.map(({ name }) => name);
    for (const [i, name] of names.entries()) {
      if (names.indexOf(name) === i && name !== RESERVED) continue;
      context.addIssue({
        code: "custom",
        path: [i, "name"],
        message: "is taken; give it another name",
      });
    }
  })
  .default([])
  .meta({
    description:
      "Several keys, of which a session keeps one, drawn by weight; the others follow where it is refused or asked to slow down. The key that is stored or named beside them is one of them, of weight 1.",
  });

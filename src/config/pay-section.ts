import { z } from "zod";
import { parseUsd } from "../base/money.ts";
import { codeField, durationField } from "./fields.ts";

const YES_OR_NO = { error: "expected true or false" };

export const authSection = z
  .strictObject({
    required: z.boolean(YES_OR_NO).default(false).meta({
      description:
        "Serve nobody without a Spillway key, and answer unknown paths with 404. Make the first key with spillway keys create before you turn it on.",
    }),
  })
  .prefault({})
  .meta({ description: "Who may call." });

const MAX_RETRY_MS = 15 * 60_000;
const CAP_REMEDY = 'expected an amount and a period, such as "10/day" or "200/month"';
const CAP = /^([0-9]{1,12}(?:\.[0-9]{1,9})?)\/(day|week|month)$/;

/** An amount of money for one calendar period, kept as text. */
const capField = z
  .string({ error: CAP_REMEDY })
  .refine((text) => readCap(text) !== undefined, { error: CAP_REMEDY })
  .meta({ "x-type": "budget", pattern: CAP.source });

/** The two parts of a text such as `10/day`. */
export function readCap(text: string): Cap | undefined {
  const [, amount = "", word] = CAP.exec(text) ?? [];
  const parsed = parseUsd(amount);
  const period = (["day", "week", "month"] as const).find((name) => name === word);
  if (!parsed.ok || parsed.value === 0n || period === undefined) return undefined;
  return { amount, period };
}

export interface Cap {
  readonly amount: string;
  readonly period: "day" | "week" | "month";
}

export const overflowSection = z
  .strictObject({
    mode: z.enum(["session", "inject", "overflow"]).optional().meta({
      description:
        "Who pays where neither the request nor its key says so: session is the caller's own login, inject the stored key, overflow the session first and the stored key when it is full. Default: what the stored key was set up for, else inject for a Spillway key, else session.",
    }),
    on: z.enum(["any429", "quota429"]).default("any429").meta({
      description:
        "Which refusals of a session overflow: every 429, or only one by which a limit of the subscription is reached.",
    }),
    memory: z.enum(["on", "off"], { error: "expected on or off" }).default("on").meta({
      description:
        "Remember a full session until it resets; off tries the session on every request.",
    }),
    retrySession: durationField(1_000)
      .refine((ms) => ms <= MAX_RETRY_MS, { error: "expected at most 15m" })
      .prefault("15m")
      .meta({ description: "Try a full session again this often, before its reset too." }),
    budget: capField.default("10/day").meta({
      description:
        "Most that overflow may spend for a key without a budget of its own, and for this machine's user without a key.",
    }),
    currency: codeField.default("USD").meta({
      description: "Currency of that budget; any but USD needs its rate in currency.rates.",
    }),
  })
  .prefault({})
  .meta({ description: "The subscription first, the stored key when it is full." });

export const budgetsSection = z
  .strictObject({
    allowUnpriced: z.boolean(YES_OR_NO).default(false).meta({
      description:
        "Let requests whose cost cannot be bounded pass while a budget has anything left. Off refuses them.",
    }),
  })
  .prefault({})
  .meta({ description: "Rules of all budgets." });

const SECRET_REMEDY = "expected env:NAME or file:/path, not the key itself";

/** A reference to a secret. What the environment brings is the secret itself, or a reference too. */
export const secretField = z
  .string({ error: SECRET_REMEDY })
  .min(1, { error: SECRET_REMEDY })
  .optional();

export const vaultSection = z
  .strictObject({
    masterKey: secretField.meta({
      description:
        "Key that seals stored credentials, as env:NAME or file:/path: 32 bytes in hex or base64. Without it, master.key in the data directory, made when it is first needed.",
      examples: ["file:/run/secrets/spillway-master-key"],
    }),
    previousMasterKey: secretField.meta({
      description:
        "The master key before, for the first start with a new one: everything is sealed anew then.",
    }),
  })
  .prefault({})
  .meta({ description: "Where stored credentials are sealed." });

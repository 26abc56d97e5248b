import { z } from "zod";
import { parseDurationMs } from "../../base/duration.ts";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { isObject } from "../../base/json.ts";
import { parseUsd } from "../../base/money.ts";
import { nearestName } from "../../base/nearest.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { BudgetPeriod, BudgetRule, KeySettings } from "../../store/key-record.ts";
import type { KeyChange, NewKey, VirtualKey } from "./key-ring.ts";
import { carriesKey } from "./secret-format.ts";

/** What a request for a key need not say, and what it may. */
export interface RequestDefaults {
  readonly organisation: string;
  /** Whether a new key may be for another organisation: only for whoever runs the gateway. */
  readonly anyOrganisation?: boolean | undefined;
  readonly currency: string;
  readonly timeZone: string;
  readonly nowMs: number;
  /** Whether a currency can be turned into dollars here. */
  readonly hasRate: (currency: string) => boolean;
  /** What is wrong with a data policy's name, if anything. */
  readonly policyProblem: (name: string) => string | undefined;
}

const MS_PER_DAY = 86_400_000;
const MAX_DAYS = 3_650;
const MAX_MODELS = 50;
const PERIODS = ["day", "week", "month"] as const;
const NAME = "1 to 80 printable characters, and no credential";
const ORGANISATION = "1 to 64 letters, digits, dots, dashes and underscores";
const MODEL = "model ids of 1 to 200 characters without spaces";
const MAX_POLICY_LENGTH = 40;
const BUDGET = 'an amount and a period such as "500/month" or "12.50/day"';

const name = z
  .string({ error: `expected ${NAME}` })
  .trim()
  .normalize()
  .regex(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,80}$/u, { error: `expected ${NAME}` })
  .refine((text) => !carriesKey(text) && !text.includes("sk-ant-"), { error: `expected ${NAME}` });
const budget = z
  .string({ error: `expected ${BUDGET}` })
  .regex(/^[0-9]{1,12}(?:\.[0-9]{1,9})?\/(?:day|week|month)$/, { error: `expected ${BUDGET}` });
const count = (what: string) => z.int({ error: what }).min(1, { error: what });
const days = count(`expected a number of days from 1 to ${MAX_DAYS}`).max(MAX_DAYS, {
  error: `expected a number of days from 1 to ${MAX_DAYS}`,
});
const currency = z
  .string({ error: "expected a three-letter currency code such as INR" })
  .regex(/^[A-Z]{3}$/, { error: "expected a three-letter currency code such as INR" });

const WHOLE = "expected a whole number, at least 1";

const fields = {
  name,
  principal: name,
  role: z.enum(["owner", "member"], { error: 'expected "owner" or "member"' }),
  budget: z.union([budget, z.array(budget, { error: `expected ${BUDGET}` }).max(3)], {
    error: `expected ${BUDGET}, or a list of them`,
  }),
  budget_inr: count("expected whole rupees a month, at least 1"),
  currency,
  time_zone: z
    .string({ error: "expected a time zone such as Asia/Kolkata" })
    .refine(isTimeZone, { error: "expected a time zone such as Asia/Kolkata" }),
  daily_requests: count(WHOLE),
  rpm: count(WHOLE),
  tpm: count(WHOLE),
  concurrency: count(WHOLE),
  session_concurrency: count(WHOLE),
  models: z
    .array(
      z
        .string({ error: `expected ${MODEL}` })
        .trim()
        .regex(/^[!-~]{1,200}$/, { error: `expected ${MODEL}` }),
      { error: 'expected a list of model ids, such as ["claude-opus-*"]' },
    )
    .max(MAX_MODELS, { error: `expected at most ${MAX_MODELS} model ids` }),
  mode: z.enum(["session", "inject", "overflow"], {
    error: 'expected "session", "inject" or "overflow"',
  }),
  data_policy: z
    .string({ error: "expected a policy such as us_only" })
    .max(MAX_POLICY_LENGTH, { error: "expected a policy such as us_only" }),
  expires: z.string({ error: 'expected a time span such as "30d"' }),
  expires_days: days,
};

const organisation = z
  .string({ error: `expected ${ORGANISATION}` })
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { error: `expected ${ORGANISATION}` });

const newKey = z.strictObject({
  ...z.object({ ...fields, organisation }).partial().shape,
  name: fields.name,
});
const keyChange = z.strictObject({
  ...z.object(fields).partial().shape,
  budget: fields.budget.nullish(),
  daily_requests: fields.daily_requests.nullish(),
  rpm: fields.rpm.nullish(),
  tpm: fields.tpm.nullish(),
  concurrency: fields.concurrency.nullish(),
  session_concurrency: fields.session_concurrency.nullish(),
  models: fields.models.nullish(),
  mode: fields.mode.nullish(),
  data_policy: fields.data_policy.nullish(),
  expires: fields.expires.nullish(),
});
type Change = z.infer<typeof keyChange>;

/** Reads the JSON body that asks for a key; `invalid_body` names the field, its shape and the remedy. */
export function readNewKey(body: unknown, defaults: RequestDefaults): Result<NewKey, GatewayError> {
  const read = parse(newKey, body);
  if (!read.ok) return read;
  const wanted = read.value.organisation ?? defaults.organisation;
  if (wanted !== defaults.organisation && defaults.anyOrganisation !== true) {
    return fail(invalid("organisation", "a key can only be made for your own organisation"));
  }
  const settings = readSettings(read.value, defaults);
  if (!settings.ok) return settings;
  const expiresAt = readExpiry(read.value, defaults);
  if (!expiresAt.ok) return expiresAt;
  return ok({
    organisation: wanted,
    name: read.value.name,
    principal: read.value.principal,
    role: read.value.role,
    expiresAt: expiresAt.value ?? undefined,
    settings: {
      budgets: [],
      timeZone: defaults.timeZone,
      models: [],
      ...settings.value,
    },
  });
}

/**
 * Reads the JSON body that changes a key: the same fields, all optional; null clears one. What it does not say of a new
 * budget is as it was: the currency and the time zone of the key, then the defaults.
 */
export function readKeyChange(
  body: unknown,
  defaults: RequestDefaults,
  key: Pick<VirtualKey, "settings">,
): Result<KeyChange, GatewayError> {
  const read = parse(keyChange, body);
  if (!read.ok) return read;
  const { budgets: before, timeZone } = key.settings;
  const currencyBefore = before[0]?.currency ?? defaults.currency;
  const own = { ...defaults, currency: currencyBefore, timeZone };
  const changed = readSettings(read.value, own);
  if (!changed.ok) return changed;
  const expiresAt = readExpiry(read.value, defaults);
  if (!expiresAt.ok) return expiresAt;
  const { name: newName, principal, role } = read.value;
  return ok({
    name: newName,
    principal,
    role,
    expiresAt: expiresAt.value,
    settings: withZone(changed.value, before),
  });
}

/** Budgets that stay move to a new time zone with their key. */
function withZone(
  changed: Partial<KeySettings>,
  before: readonly BudgetRule[],
): Partial<KeySettings> {
  const { timeZone, budgets } = changed;
  if (timeZone === undefined || budgets !== undefined) return changed;
  return { ...changed, budgets: before.map((rule) => ({ ...rule, timeZone })) };
}

/** Only the settings that the body names; a cleared one is there, and undefined or empty. */
function readSettings(
  body: Change,
  defaults: RequestDefaults,
): Result<Partial<KeySettings>, GatewayError> {
  const budgets = readBudgets(body, defaults);
  if (!budgets.ok) return budgets;
  const policy = body.data_policy ?? undefined;
  const problem = policy === undefined ? undefined : defaults.policyProblem(policy);
  if (problem !== undefined) return fail(invalid("data_policy", problem));
  return ok({
    ...(budgets.value === undefined ? {} : { budgets: budgets.value }),
    ...(body.daily_requests === undefined
      ? {}
      : { dailyRequests: body.daily_requests ?? undefined }),
    ...readSpeed(body),
    ...(body.time_zone === undefined ? {} : { timeZone: body.time_zone }),
    ...(body.models === undefined ? {} : { models: body.models ?? [] }),
    ...(body.mode === undefined ? {} : { mode: body.mode ?? undefined }),
    ...(body.data_policy === undefined ? {} : { dataPolicy: policy }),
  });
}

/** Setting by field: how fast the key may go. */
const SPEED = {
  rpm: "requestsPerMinute",
  tpm: "tokensPerMinute",
  concurrency: "concurrency",
  session_concurrency: "sessionConcurrency",
} as const;

function readSpeed(body: Change): Partial<KeySettings> {
  const fieldNames = ["rpm", "tpm", "concurrency", "session_concurrency"] as const;
  const named = fieldNames.filter((field) => body[field] !== undefined);
  return Object.fromEntries(named.map((field) => [SPEED[field], body[field] ?? undefined]));
}

function readBudgets(
  body: Change,
  defaults: RequestDefaults,
): Result<readonly BudgetRule[] | undefined, GatewayError> {
  if (body.currency !== undefined && (body.budget ?? undefined) === undefined) {
    return fail(invalid("currency", "belongs to a budget; send budget with it"));
  }
  if (body.budget === null) {
    return body.budget_inr === undefined
      ? ok([])
      : fail(invalid("budget_inr", "contradicts budget; send one of them"));
  }
  const timeZone = body.time_zone ?? defaults.timeZone;
  const texts = body.budget === undefined ? [] : [body.budget].flat();
  const code = body.currency ?? defaults.currency;
  const rules = texts.map((text) => toRule(text, code, timeZone));
  if (body.budget_inr !== undefined) {
    rules.push({ amount: String(body.budget_inr), currency: "INR", period: "month", timeZone });
  }
  const [first] = rules;
  if (first === undefined) return ok(undefined);
  for (const { amount, currency: unit } of rules) {
    const parsed = parseUsd(amount);
    if (!parsed.ok || parsed.value === 0n) return fail(invalid("budget", `expected ${BUDGET}`));
    if (!defaults.hasRate(unit)) {
      return fail(invalid("currency", `${unit} has no rate here; add it to currency.rates`));
    }
  }
  if (new Set(rules.map(({ period }) => period)).size < rules.length) {
    return fail(invalid("budget", "expected at most one budget for each period"));
  }
  return ok(rules);
}

function toRule(text: string, code: string, timeZone: string): BudgetRule {
  const [amount = "", word = ""] = text.split("/");
  const period: BudgetPeriod = PERIODS.find((known) => known === word) ?? "month";
  return { amount, currency: code, period, timeZone };
}

/** Null: never; undefined: not said. */
function readExpiry(
  { expires, expires_days: inDays }: Change,
  { nowMs }: RequestDefaults,
): Result<number | null | undefined, GatewayError> {
  if (expires !== undefined && inDays !== undefined) {
    return fail(invalid("expires_days", "contradicts expires; send one of them"));
  }
  if (expires === null) return ok(null);
  if (inDays !== undefined) return ok(nowMs + inDays * MS_PER_DAY);
  if (expires === undefined) return ok(undefined);
  const span = parseDurationMs(expires);
  if (!span.ok || span.value <= 0 || span.value > MAX_DAYS * MS_PER_DAY) {
    return fail(invalid("expires", 'expected a time span such as "30d", at most 10 years'));
  }
  return ok(nowMs + span.value);
}

function parse<T>(schema: z.ZodType<T>, body: unknown): Result<T, GatewayError> {
  if (!isObject(body))
    return fail(gatewayError("invalid_body", "The body has to be a JSON object"));
  const parsed = schema.safeParse(body);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  if (issue?.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const known = Object.keys(fields);
    // A pasted credential has digits or is longer.
    const shown = /^[A-Za-z_-]{1,30}$/.test(key) ? key : "(not shown)";
    const near = nearestName(shown, known);
    const hint = near === undefined ? `known are ${known.join(", ")}` : `did you mean "${near}"?`;
    return fail(invalid(shown, `is not known; ${hint}`));
  }
  return fail(invalid(issue?.path.join(".") ?? "", issue?.message ?? "has the wrong shape"));
}

function invalid(field: string, problem: string): GatewayError {
  return gatewayError("invalid_body", `The field "${field}": ${problem}`);
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: zone }).format(0) !== "";
  } catch {
    return false;
  }
}

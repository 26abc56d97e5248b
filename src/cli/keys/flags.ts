import { fail, ok, type Result } from "../../base/result.ts";
import { type CliFailure, cliFailure, EXIT } from "../deps.ts";

/** What a key is to be; absent flags say nothing. */
export interface KeySettingsFlags {
  readonly name?: string | undefined;
  readonly principal?: string | undefined;
  readonly role?: string | undefined;
  readonly budget?: readonly string[] | undefined;
  readonly currency?: string | undefined;
  readonly dailyRequests?: string | undefined;
  readonly rpm?: string | undefined;
  readonly tpm?: string | undefined;
  readonly concurrency?: string | undefined;
  readonly sessionConcurrency?: string | undefined;
  readonly models?: readonly string[] | undefined;
  readonly mode?: string | undefined;
  readonly dataPolicy?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly expires?: string | undefined;
}

/** The word that takes a limit away. */
export const NONE = "none";

/** Fields of a JSON body; null takes a limit away. */
export type KeyBody = Readonly<Record<string, unknown>>;

/** The body that says what the flags say, and nothing of what they do not. */
export function toKeyBody(flags: KeySettingsFlags): Result<KeyBody, CliFailure> {
  const lists = [flags.budget, flags.models];
  if (lists.some((list) => list !== undefined && list.length > 1 && list.includes(NONE))) {
    return fail(cliFailure(EXIT.usage, "none takes all of a kind away: say nothing beside it."));
  }
  const fields = {
    name: flags.name,
    principal: flags.principal,
    role: flags.role,
    budget: clearable(flags.budget),
    currency: flags.currency,
    daily_requests: toCount(flags.dailyRequests),
    rpm: toCount(flags.rpm),
    tpm: toCount(flags.tpm),
    concurrency: toCount(flags.concurrency),
    session_concurrency: toCount(flags.sessionConcurrency),
    models: clearable(flags.models),
    mode: clearable(flags.mode),
    data_policy: clearable(flags.dataPolicy),
    time_zone: flags.timeZone,
    expires: clearable(flags.expires),
  };
  return ok(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));
}

/** A complaint about a field of the body, told of the flag that it came from. */
export function inFlags({ code, message }: CliFailure): CliFailure {
  const said = message.replace(
    /^The field "(?<field>[a-z_]+)(?:\.[0-9]+)?"/,
    (_, field: string) => `--${field.replaceAll("_", "-")}`,
  );
  return cliFailure(code, said);
}

function clearable<T extends string | readonly string[]>(value: T | undefined) {
  return String(value) === NONE ? null : value;
}

/** The flag's parser has seen that it is a number. */
function toCount(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  return text === NONE ? null : Number(text);
}

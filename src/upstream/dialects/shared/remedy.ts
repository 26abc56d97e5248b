import type { Effort, Remedy } from "../../../canonical/index.ts";
import { EFFORTS } from "./effort.ts";

/** What an error says besides its words. */
export interface RemedySigns {
  readonly codes?: readonly string[];
  /** The member that it blames. */
  readonly param?: string | undefined;
}

/** Codes of a member that is not taken, or not with this value by any client. */
const UNSUPPORTED = /^(?:unsupported_(?:parameter|value)|unknown_parameter|extra_forbidden)$/;

/** What is longer quotes the request. */
const MAX_MESSAGE = 4_000;

/** How the most is told that may be asked for; `below` is one more. */
const LIMITS: readonly RegExp[] = [
  /max\w{0,30}tokens'? is too large: [0-9]+\. This model supports at most (?<limit>[0-9,]+)/i,
  /max_\w{0,30}tokens\b.{0,60}?must be (?:less than or equal to|<=|at most) [`'"]?(?<limit>[0-9,]+)/i,
  /max_\w{0,30}tokens: [0-9]+ > (?<limit>[0-9,]+), which is the maximum/i,
  /range of max_\w{0,30}tokens (?:is|should be) \[[0-9]+, ?(?<limit>[0-9]+)\]/i,
  /max_?output_?tokens value of [0-9]+ but the supported range is from [0-9]+ \(inclusive\) to (?<below>[0-9]+) \(exclusive\)/i,
  /max_\w{0,30}tokens\b.{0,120}expected a value <= (?<limit>[0-9]+)/is,
  /max_\w{0,30}tokens \([0-9]+\) exceeds .{0,40}maximum output tokens \((?<limit>[0-9]+)\)/i,
  /maximum tokens you requested exceeds the model limit of (?<limit>[0-9]+)/i,
];

/** How a member is named that is not taken. */
const NAMES: readonly RegExp[] = [
  /unsupported (?:parameter|field|argument)s?:? ['"`](?<name>[\w.]{1,64})/i,
  /unsupported value: ['"`](?<name>[\w.]{1,64})['"`] does not support/i,
  /(?:unrecognized|unknown) (?:request )?(?:argument|parameter|field|name)s?(?: supplied)?:? ['"`]?(?<name>[\w.]{1,64})/i,
  /property ['"`](?<name>[\w.]{1,64})['"`] is unsupported/i,
  /does not support parameters?:? \[?['"`]?(?<name>[\w.]{1,64})/i,
  /does not support the ['"`]?(?<name>[\w.]{1,64})['"`]? parameter/i,
  /(?<name>[\w.]{1,64}): extra inputs are not permitted/i,
  /'loc': \('body', '(?<name>\w+)'/,
  /['"`]?(?<name>[\w.]{1,64})['"`]? is (?:not supported|unsupported|deprecated)(?: (?:with|for|by|on) this model|\.?$)/i,
];

const EFFORT_NAME = /(?:^|[._*])(?:reasoning_?effort|effort|thinking_?level)$/i;
const EFFORT_WORDS =
  /\b(?:reasoning_?effort|effort level|effort must|thinking[_ ]level|think value|reasoning value)\b|\.effort\b|^level "/i;
const REFUSING =
  /not supported|unsupported|(?:not|n't) support|must be|should be|invalid|(?:supported|valid) (?:values|levels)/i;
const LEVEL_LIST =
  /(?:(?:supported|valid) (?:values|levels)|must be(?: one of)?|should be|expected one of)(?: are)?:?(?<list>.*)/is;
/** Behind it, the error goes on with something else. */
const LIST_END = /\.|\n|\}|"\s*,\s*'/;

const THINKING_NAME =
  /^(?:reasoning|(?:enable_)?thinking(?:_?(?:config|budget))?|thinking\..*|chat_template_kwargs)$/i;
const THINKING_WORDS: readonly RegExp[] = [
  /does not support (?:thinking|reasoning)\b(?!.?(?:effort|level))/i,
  /(?:thinking|reasoning) is not (?:supported|enabled)/i,
  /only enabled when thinking is enabled/i,
];
/** Claude's older models: a turn with calls has to begin with its thinking, which is no longer there. */
const THINKING_MISSING = /expected `?thinking`? or `?redacted_thinking`?, but found/i;

/**
 * What to change in a request of which an upstream says that something in it is not supported; undefined where it says
 * nothing of the kind. By code and blamed member first, by words where there are none.
 *
 * @source the errors in remedy.test.ts, each as users of the provider reported it
 */
export function remedyIn(
  told: string,
  { codes = [], param }: RemedySigns = {},
): Remedy | undefined {
  const message = told.slice(0, MAX_MESSAGE);
  const limit = limitIn(message);
  if (limit !== undefined) return { by: "max_tokens", limit };
  const isCoded = codes.some((code) => UNSUPPORTED.test(code));
  const name = (isCoded && param) || nameIn(message);
  if (isAboutEffort(name, message)) {
    const isOnce = /when thinking is disabled/i.test(message);
    return { by: "effort", levels: levelsIn(message), ...(isOnce ? { isOnce } : {}) };
  }
  if (THINKING_MISSING.test(message)) return { by: "thinking", isOnce: true };
  const isThinking = name !== undefined && THINKING_NAME.test(name);
  if (isThinking || THINKING_WORDS.some((words) => words.test(message))) return { by: "thinking" };
  return name === undefined ? undefined : { by: "member", name };
}

function limitIn(message: string): number | undefined {
  const found = LIMITS.map((pattern) => pattern.exec(message)?.groups).find(
    (groups) => groups !== undefined,
  );
  if (found === undefined) return undefined;
  const { limit, below } = found;
  const most = below === undefined ? toNumber(limit) : toNumber(below) - 1;
  return most > 0 ? most : undefined;
}

function toNumber(digits = ""): number {
  return Number(digits.replaceAll(",", ""));
}

function nameIn(message: string): string | undefined {
  return NAMES.map((pattern) => pattern.exec(message)?.groups?.["name"]).find(
    (name) => name !== undefined,
  );
}

function isAboutEffort(name: string | undefined, message: string): boolean {
  if (name !== undefined && EFFORT_NAME.test(name)) return true;
  return EFFORT_WORDS.test(message) && REFUSING.test(message);
}

/** The levels that are told; where only the refused one is, all others. */
function levelsIn(message: string): readonly Effort[] {
  const told = LEVEL_LIST.exec(message);
  const before = told === null ? message : message.slice(0, told.index);
  const [refused] = effortsAmong(before);
  const list = told?.groups?.["list"]?.split(LIST_END)[0];
  if (list !== undefined) return effortsAmong(list);
  return refused === undefined ? [] : EFFORTS.filter((level) => level !== refused);
}

function effortsAmong(text: string): readonly Effort[] {
  const words = (text.match(/\b[a-z]+\b/gi) ?? []).map((word) => word.toLowerCase());
  return words.flatMap((word) => EFFORTS.filter((level) => level === word));
}

import { EACH, type MemberPath } from "../../../base/json-cut.ts";
import { BETA_MEMBERS } from "./beta-features.ts";

/** What an upstream says it does not take. */
export interface BetaRefusal {
  /** Of those that were sent. */
  readonly betas: readonly string[];
  /** Some beta is not taken, and it is not said which. */
  readonly isUnnamed: boolean;
  /** Members of the body. */
  readonly members: readonly MemberPath[];
}

/** What is longer quotes the request. */
const MAX_MESSAGE = 4_000;
const ABOUT_BETAS = /anthropic[-_]beta|\bbetas?\b/i;
const EXTRA_INPUT = /([\w.[\]-]{1,200}): extra inputs are not permitted/gi;
/** Steps of an error's way that are no members: the kind of a tool, of a mark, of thinking. */
const KINDS: ReadonlySet<string> = new Set(["custom", "ephemeral", "text", "enabled", "adaptive"]);
/** What every request of this dialect may have. */
const ITS_OWN: ReadonlySet<string> = new Set(
  "model messages system tools tool_choice max_tokens stream stop_sequences thinking metadata temperature top_p top_k".split(
    " ",
  ),
);

/**
 * Reads which betas, and which members that come with betas, a request was refused for; undefined: it was for something else.
 *
 * @source https://github.com/anthropics/claude-code/issues/34802 (named), /49370 (unnamed), /82549 and /21612 (members), and
 * https://platform.claude.com/docs/en/api/beta-headers (read 2026-11-26)
 */
export function readBetaRefusal(told: string, sent: readonly string[]): BetaRefusal | undefined {
  const message = told.slice(0, MAX_MESSAGE);
  const members = [...message.matchAll(EXTRA_INPUT)].flatMap(([, way = ""]) => memberAt(way));
  const betas = sent.filter((beta) => message.includes(beta));
  const isUnnamed = betas.length === 0 && members.length === 0 && ABOUT_BETAS.test(message);
  if (betas.length === 0 && members.length === 0 && !isUnnamed) return undefined;
  return { betas, isUnnamed, members };
}

/** `tools.0.custom.defer_loading`: the member that is meant, where one may be meant that came with a beta. */
function memberAt(way: string): readonly MemberPath[] {
  const steps = way
    .replaceAll(/\[(\d+)\]/g, ".$1")
    .split(".")
    .filter((step) => step !== "" && !KINDS.has(step))
    .map((step) => (/^\d+$/.test(step) ? EACH : step));
  const known = BETA_MEMBERS.filter((member) => isOn(member, steps));
  if (known.length > 0) return known.map((member) => member.slice(0, steps.length));
  const [only = ""] = steps;
  return steps.length === 1 && !ITS_OWN.has(only) ? [steps] : [];
}

/** The way may end at what holds the member, or at the member itself. */
function isOn(member: MemberPath, steps: MemberPath): boolean {
  return steps.length > 0 && steps.every((step, at) => member[at] === step);
}

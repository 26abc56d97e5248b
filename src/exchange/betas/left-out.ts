import { cutMembers, type MemberPath } from "../../base/json-cut.ts";
import {
  type BetaRefusal,
  featureOf,
  isKnownMember,
} from "../../upstream/dialects/anthropic/index.ts";

/** What of Anthropic's betas a request goes without. */
export interface LeftOut {
  /** Values of the field `anthropic-beta`. */
  readonly betas: readonly string[];
  readonly members: readonly MemberPath[];
}

export const NOTHING_LEFT_OUT: LeftOut = { betas: [], members: [] };

/** A request as its client made it. */
export interface AskedBetas {
  readonly betas: readonly string[];
  /** Joins the parts, and is only asked for where something may have to go. */
  readonly body: () => Buffer;
}

/** What goes of a request to a server that is known to refuse this: a beta with what it brings into the body, or neither. */
export function leftOutOf({ betas, body }: AskedBetas, refused: LeftOut): LeftOut {
  const meant = betas.filter(
    (beta) =>
      refused.betas.includes(beta) || refused.members.some((member) => brings(beta, member)),
  );
  if (meant.length === 0 && refused.members.length === 0) return NOTHING_LEFT_OUT;
  const whole = body();
  const going = meant.filter((beta) => mayGo(beta, whole));
  const staying = meant.filter((beta) => !going.includes(beta));
  const brought = going.flatMap((beta) => featureOf(beta)?.members ?? []);
  const members = distinct([...refused.members, ...brought]).filter(
    (member) => !staying.some((beta) => brings(beta, member)),
  );
  return { betas: going, members: cutMembers(whole, members).found };
}

/**
 * What goes besides, now that this was refused; undefined where nothing does. Where it is not said which beta is meant, it is one
 * that the server is not known to take.
 */
export function alsoWithout(
  before: LeftOut,
  refusal: BetaRefusal,
  asked: AskedBetas,
  taken: readonly string[],
): LeftOut | undefined {
  const sent = asked.betas.filter((beta) => !before.betas.includes(beta));
  const untried = sent.filter((beta) => !taken.includes(beta));
  const suspects = untried.length > 0 ? untried : sent;
  const bringers = refusal.members.flatMap((member) => bringersOf(member, sent));
  const named = [...refusal.betas, ...bringers];
  const whole = asked.body();
  // The same would be refused again.
  if (named.some((beta) => !mayGo(beta, whole))) return undefined;
  const also = {
    betas: [...named, ...(refusal.isUnnamed ? suspects : [])],
    members: refusal.members,
  };
  const left = leftOutOf(asked, joined(before, also));
  const isMore =
    left.betas.length > before.betas.length || left.members.length > before.members.length;
  return isMore ? left : undefined;
}

/** All that either of them leaves out. */
export function joined(one: LeftOut, other: LeftOut): LeftOut {
  return {
    betas: [...new Set([...one.betas, ...other.betas])],
    members: distinct([...one.members, ...other.members]),
  };
}

/** The names by which people find in their request what was left out of it. */
export function namesOf({ betas, members }: LeftOut): readonly string[] {
  const fields = betas.map((beta) => `anthropic-beta=${beta}`);
  const paths = members.map((member) => member.join(".").replaceAll(".[]", "[]"));
  return [...fields, ...paths];
}

/** Nothing in the body means nothing without it. */
function mayGo(beta: string, body: Buffer): boolean {
  return !(featureOf(beta)?.needs ?? []).some((mark) => body.includes(mark));
}

function brings(beta: string, member: MemberPath): boolean {
  return (
    featureOf(beta)?.members.some((own) => member.every((step, at) => own[at] === step)) ?? false
  );
}

/** The betas that bring a member: those that are known to, or of a member that nobody knows those that nobody knows. */
function bringersOf(member: MemberPath, sent: readonly string[]): readonly string[] {
  if (isKnownMember(member)) return sent.filter((beta) => brings(beta, member));
  return sent.filter((beta) => featureOf(beta) === undefined);
}

function distinct(paths: readonly MemberPath[]): readonly MemberPath[] {
  return [...new Map(paths.map((path) => [path.join("\n"), path])).values()];
}

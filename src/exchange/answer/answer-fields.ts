import type { HeaderList } from "../../base/header-list.ts";
import { usedWithout } from "../../policy/budget/index.ts";
import { type BudgetUse, budgetHeaders, seatHeaders } from "../../quota/native-headers.ts";
import type { Candidate } from "../../routing/candidate.ts";
import type { ResponseHead } from "../../upstream/transport/contract.ts";
import { toClientHeaders } from "../headers.ts";
import type { ExchangeSettings, House } from "../house.ts";
import type { Purse, PurseOwner } from "../money/purse.ts";
import type { Asked } from "../request/asked.ts";

/** What the fields of an answer are made from. */
export interface Answering {
  readonly house: House;
  readonly settings: ExchangeSettings;
  readonly owner: PurseOwner;
  readonly asked: Asked;
  readonly purse: Purse;
}

/** The upstream's fields, those that say who answered and who pays, and what the client shows of the limits. */
export function answerFields(
  answering: Answering,
  head: ResponseHead,
  candidate: Candidate,
): HeaderList {
  const { call } = answering.owner;
  const isStored = candidate.credential.kind === "stored";
  const fields = toClientHeaders(head.headers, { hideLimits: isStored });
  if (isStored && head.status < 400) fields.push(...nativeWarnings(answering, candidate));
  fields.push(
    "x-spillway-request-id",
    call.id,
    ...originMarks(candidate.deployment.provider, candidate.mode, answering.asked),
  );
  const { lossy = [] } = head;
  if (lossy.length > 0) fields.push("x-spillway-lossy", lossy.join(","));
  if (head.estimated === true) fields.push("x-spillway-usage-source", "estimated");
  if (head.status >= 400) fields.push("x-spillway-error-source", "upstream");
  return fields;
}

/** Who answers and whose credential pays, on everything after authentication (req:C-34). */
export function originMarks(provider: string, mode: string, { usesAliases }: Asked): string[] {
  const marks = ["x-spillway-provider", provider, "x-spillway-upstream-mode", mode];
  if (usesAliases) marks.push("x-br-provider", provider, "x-br-upstream-mode", mode);
  return marks;
}

/** Only a client with a session shows limits: the seat's and what pays beside them, or the budgets in their place. */
function nativeWarnings(
  { house, settings, owner, purse }: Answering,
  candidate: Candidate,
): readonly string[] {
  const { own, principal, account } = owner.identity;
  // What another provider answers in a session's place says nothing of it.
  if (own.class !== "subscription" || candidate.mode === "fallback") return [];
  const at = house.clock.now();
  const uses = house.budgets.states(purse.scopesOf(candidate), at, settings.pay.rates).map(
    (state): BudgetUse => ({
      usedPercent: usedWithout(state, purse.heldNano),
      resetsAtMs: state.resetsAt,
    }),
  );
  if (candidate.mode === "byok") return budgetHeaders(uses);
  const seat = account === undefined ? undefined : house.quota.find({ principal, account });
  if (seat === undefined) return [];
  return seatHeaders(seat, tightest(uses), at);
}

function tightest(uses: readonly BudgetUse[]): BudgetUse | undefined {
  return uses.toSorted((a, b) => b.usedPercent - a.usedPercent)[0];
}

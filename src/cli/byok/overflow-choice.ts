import { fail, ok, type Result } from "../../base/result.ts";
import { plainText } from "../../observe/terminal-line.ts";
import type { OwnerFlags } from "../command-parts.ts";
import { type CliDeps, type CliFailure, cliFailure, EXIT } from "../deps.ts";
import { openControl } from "../open-control.ts";
import { askYesNo } from "../prompt.ts";
import { readAnswer } from "../read-answer.ts";
import { storedKeysPath } from "./path.ts";
import { type CapView, isBudgetView, isCredentialList } from "./shapes.ts";

/** What overflowing to a provider's key means now. */
export interface OverflowTerms {
  /** The most that it may spend without a budget; undefined where nothing limits it. */
  readonly cap: CapView | undefined;
  /** As the stored key has it; false where there is none. */
  readonly before: boolean;
}

/** Asked before the questions, so that nobody types a key for a server that is not to be reached. */
export async function readTerms(
  deps: CliDeps,
  provider: string,
  flags: OwnerFlags,
): Promise<Result<OverflowTerms, CliFailure>> {
  const opened = await openControl(deps, flags);
  if (!opened.ok) return opened;
  await using control = opened.value;
  const asked = await control.send({ method: "GET", path: "/me/budget" });
  const budget = asked.ok ? readAnswer(asked.value, isBudgetView) : asked;
  if (!budget.ok) return budget;
  const listed = await control.send({ method: "GET", path: storedKeysPath(flags) });
  const stored = listed.ok ? readAnswer(listed.value, isCredentialList) : listed;
  if (!stored.ok) return stored;
  const before = stored.value.credentials.find((credential) => credential.provider === provider);
  return ok({ cap: budget.value.budgets[0], before: before?.overflow ?? false });
}

/** Enter leaves it as it was, and begins no spending (design R2). */
export async function chooseOverflow(
  deps: CliDeps,
  { cap, before }: OverflowTerms,
): Promise<Result<boolean, CliFailure>> {
  const limit = cap === undefined ? "" : `\nIt may spend up to ${capText(cap)}.`;
  const question = `Let sessions overflow to this key when the subscription is full?${limit}`;
  const answer = await askYesNo(deps, question, before);
  return answer === undefined
    ? fail(cliFailure(EXIT.failure, "Broken off: nothing is stored."))
    : ok(answer);
}

function capText({ amount, currency, period }: CapView): string {
  return plainText(`${amount} ${currency} a ${period}`);
}

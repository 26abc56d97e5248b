import { fail, ok, type Result } from "../../base/result.ts";
import { plainText } from "../../observe/terminal-line.ts";
import { nearestModels } from "../../routing/names/suggest.ts";
import type { OwnerFlags } from "../command-parts.ts";
import type { Control } from "../control.ts";
import { type CliDeps, type CliFailure, cliFailure, EXIT } from "../deps.ts";
import { openControl } from "../open-control.ts";
import { queryOf } from "../query.ts";
import { readAnswer } from "../read-answer.ts";
import { type Explained, isExplained } from "../route/shapes.ts";
import { type Screen, screenOf } from "../text.ts";
import { type CatalogueRow, isCatalogueView, isModelsView } from "./shapes.ts";

export interface CheckFlags extends OwnerFlags {
  readonly key?: string;
  readonly brings: string;
}

/** What is found out about a name. */
interface Checked {
  readonly model: string;
  readonly reachable: boolean;
  readonly explained: Explained;
  /** Of the places where it would go, as far as anything is known of them. */
  readonly catalogue: readonly CatalogueRow[];
  /** What may have been meant, where no list has the name. */
  readonly near: readonly string[];
}

const WITHIN_MS = 30_000;
const BRINGS: Readonly<Record<string, string>> = {
  session: "subscription",
  key: "api_key",
  none: "none",
};

/** `spillway models check`: whether a name can be asked for, where it would go, and what is known of it there. */
export async function checkModel(
  deps: CliDeps,
  model: string,
  flags: CheckFlags,
): Promise<Result<undefined, CliFailure>> {
  const brings = BRINGS[flags.brings];
  if (brings === undefined) {
    return fail(cliFailure(EXIT.usage, "--brings takes session, key or none."));
  }
  const opened = await openControl(deps, flags);
  if (!opened.ok) return opened;
  await using control = opened.value;
  const checked = await check(control, { model, brings, key: flags.key }, flags.organisation);
  if (!checked.ok) return checked;
  const screen = screenOf(deps);
  if (flags.json === true) screen.json(checked.value);
  else tell(screen, checked.value);
  if (checked.value.reachable) return ok(undefined);
  return fail(cliFailure(EXIT.failure, `${plainText(model)} cannot be reached here.`));
}

interface Wanted {
  readonly model: string;
  readonly brings: string;
  readonly key: string | undefined;
}

async function check(
  control: Control,
  { model, brings, key }: Wanted,
  organisation: string | undefined,
): Promise<Result<Checked, CliFailure>> {
  const messages = [{ role: "user", content: "hello" }];
  const body = JSON.stringify({ model, max_tokens: 1, messages });
  const sent = await control.send({
    method: "POST",
    path: `/control/route/explain${queryOf({ organisation })}`,
    body: { path: "/v1/messages", headers: [], body, key, brings },
    withinMs: WITHIN_MS,
  });
  const explained = sent.ok ? readAnswer(sent.value, isExplained) : sent;
  if (!explained.ok) return explained;
  const { candidates } = explained.value.route;
  const catalogue: CatalogueRow[] = [];
  for (const name of new Set(candidates.map((candidate) => candidate.name))) {
    const row = await describe(control, name.replace(/^anthropic\/(?=claude)/, ""), organisation);
    if (row !== undefined) catalogue.push(row);
  }
  const isKnown = catalogue.some(({ listed }) => listed);
  const reachable = explained.value.refusal === undefined && candidates.length > 0;
  const near = isKnown ? [] : await nearTo(control, model, organisation);
  return ok({ model, reachable, explained: explained.value, catalogue, near });
}

async function describe(
  control: Control,
  model: string,
  organisation: string | undefined,
): Promise<CatalogueRow | undefined> {
  const path = `/v1/catalog${queryOf({ organisation, model })}`;
  const sent = await control.send({ method: "GET", path, withinMs: WITHIN_MS });
  const view = sent.ok ? readAnswer(sent.value, isCatalogueView) : sent;
  return view.ok ? view.value.models[0] : undefined;
}

async function nearTo(
  control: Control,
  model: string,
  organisation: string | undefined,
): Promise<readonly string[]> {
  const path = `/control/models${queryOf({ organisation })}`;
  const sent = await control.send({ method: "GET", path, withinMs: WITHIN_MS });
  const view = sent.ok ? readAnswer(sent.value, isModelsView) : sent;
  if (!view.ok) return [];
  const known = view.value.models.map(({ id }) => id);
  return known.includes(model) ? [] : nearestModels(model, known);
}

function tell(screen: Screen, { model, reachable, explained, catalogue, near }: Checked): void {
  const { route, refusal, residency } = explained;
  const mark = reachable
    ? screen.paint("green", "can be reached")
    : screen.paint("red", "cannot be reached");
  screen.line(`${screen.paint("bold", plainText(model))} ${mark}`);
  for (const step of route.steps) screen.line(`  ${plainText(step)}`);
  if (refusal !== undefined) screen.line(`  ${plainText(refusal.message)} (${refusal.code})`);
  for (const { name, pays, reason } of route.candidates) {
    screen.line(`  goes to ${plainText(name)}, paid by ${plainText(pays)}: ${plainText(reason)}`);
  }
  for (const { name, reason } of route.refused) {
    screen.line(`  not to ${plainText(name)}: ${plainText(reason)}`);
  }
  for (const note of route.notes) screen.line(`  ${plainText(note)}`);
  if (residency !== undefined) screen.line(`  data policy: ${plainText(residency)}`);
  for (const row of catalogue) tellRow(screen, row);
  if (near.length > 0) screen.line(`\nDid you mean ${near.map(plainText).join(" or ")}?`);
}

function tellRow(screen: Screen, row: CatalogueRow): void {
  const { context_length: context, max_output_tokens: output, pricing, residency, facts } = row;
  screen.line();
  screen.line(screen.paint("bold", plainText(row.id)));
  if (!row.listed) screen.line("  no list has it, so only its provider knows whether it is there");
  const limits = `${tokens(context)} in, ${tokens(output)} out`;
  screen.line(`  dialect ${plainText(row.dialect)}; tokens: ${limits}${source(facts)}`);
  const { input = [], output: gives = [] } = row.modalities ?? {};
  const abilities = ["reasoning", "caching", "tools"] as const;
  const can = abilities.filter((ability) => row[ability] === true);
  if (input.length > 0) {
    screen.line(
      `  ${input.join(", ")} to ${gives.join(", ")}${can.map((each) => `; ${each}`).join("")}`,
    );
  }
  if (pricing === null) screen.line("  no price is known");
  else {
    const { input: dear, output: dearer } = pricing.usd_per_mtok;
    const { date } = pricing;
    screen.line(`  $${dear} in, $${dearer} out for a million tokens (${plainText(date)})`);
  }
  const { place, guarantee, verified } = residency;
  const why = guarantee === undefined ? "" : `: ${guarantee} (${verified ?? ""})`;
  screen.line(`  processed in ${plainText(place)}${plainText(why)}`);
  if (row.health !== "ok") screen.line(`  ${plainText(row.health)}`);
}

function tokens(count: number | null): string {
  return count === null ? "unknown" : count.toLocaleString("en");
}

function source(facts: CatalogueRow["facts"]): string {
  return facts === null ? "" : ` (${plainText([facts.source, facts.date].join(" "))})`;
}

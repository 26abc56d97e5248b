import { ok, type Result } from "../../base/result.ts";
import { plainText } from "../../observe/terminal-line.ts";
import type { OwnerFlags } from "../command-parts.ts";
import type { CliDeps, CliFailure } from "../deps.ts";
import { showFacts } from "../facts.ts";
import { askControl } from "../open-control.ts";
import { type Screen, screenOf } from "../text.ts";
import { chooseOverflow, readTerms } from "./overflow-choice.ts";
import { PROVIDER_WITHIN_MS, storedKeyPath } from "./path.ts";
import { readSecret } from "./secret-input.ts";
import { isStoredView, type StoredView } from "./shapes.ts";
import { verdictLine } from "./verdict.ts";

export interface SetFlags extends OwnerFlags {
  readonly label?: string | undefined;
  readonly overflow?: boolean | undefined;
}

/**
 * `spillway byok set`: stores a provider's key, in the place of the one before. At a terminal it asks what no flag says,
 * before it opens anything: nobody else has to wait while a person thinks.
 */
export async function setKey(
  deps: CliDeps,
  provider: string,
  flags: SetFlags,
): Promise<Result<undefined, CliFailure>> {
  const asksOverflow = deps.stdin().isTTY === true && flags.overflow === undefined;
  const terms = asksOverflow ? await readTerms(deps, provider, flags) : ok(undefined);
  if (!terms.ok) return terms;
  const secret = await readSecret(deps, "The provider's API key (not shown): ");
  if (!secret.ok) return secret;
  const overflow =
    terms.value === undefined ? ok(flags.overflow) : await chooseOverflow(deps, terms.value);
  if (!overflow.ok) return overflow;
  const body = {
    key: secret.value.reveal(),
    ...(flags.label === undefined ? {} : { label: flags.label }),
    ...(overflow.value === undefined ? {} : { overflow: overflow.value }),
  };
  const path = storedKeyPath(provider, flags);
  const request = { method: "PUT", path, body, withinMs: PROVIDER_WITHIN_MS } as const;
  const stored = await askControl(deps, flags, request, isStoredView);
  if (!stored.ok) return stored;
  const screen = screenOf(deps);
  if (flags.json === true) screen.json(stored.value);
  else show(screen, stored.value);
  return ok(undefined);
}

function show(screen: Screen, stored: StoredView): void {
  screen.line(verdictLine(screen, stored));
  screen.line();
  showFacts(screen, [
    ["provider", plainText(stored.provider)],
    ["key", plainText(stored.mask)],
    ["label", plainText(stored.label)],
    [
      "overflow",
      stored.overflow
        ? "on: sessions go on with this key when the subscription is full"
        : "off: it pays only for Spillway keys; --overflow turns it on",
    ],
  ]);
}

import { ok, type Result } from "../../base/result.ts";
import { fitText, plainText } from "../../observe/terminal-line.ts";
import type { CredentialView } from "../../vault/index.ts";
import type { OwnerFlags } from "../command-parts.ts";
import { dateTime } from "../commands/dates.ts";
import type { CliDeps, CliFailure } from "../deps.ts";
import { askControl } from "../open-control.ts";
import { type Screen, screenOf, table } from "../text.ts";
import { storedKeysPath } from "./path.ts";
import { isCredentialList } from "./shapes.ts";

const LABEL_WIDTH = 20;

/** `spillway byok list`: the providers' keys that an organisation stored, by their masks. */
export async function listStored(
  deps: CliDeps,
  flags: OwnerFlags,
): Promise<Result<undefined, CliFailure>> {
  const request = { method: "GET", path: storedKeysPath(flags) } as const;
  const listed = await askControl(deps, flags, request, isCredentialList);
  if (!listed.ok) return listed;
  const screen = screenOf(deps);
  const { credentials } = listed.value;
  if (flags.json === true) {
    screen.json(listed.value);
  } else if (credentials.length === 0) {
    screen.line("No provider's key is stored. Store one:");
    screen.line("  spillway byok set anthropic");
  } else {
    showStored(screen, credentials, deps.clock.now());
  }
  return ok(undefined);
}

function showStored(screen: Screen, stored: readonly CredentialView[], nowMs: number): void {
  const rows = stored.map(({ provider, mask, label, overflow, updated_at: updatedAt }) => [
    plainText(provider),
    plainText(mask),
    fitText(plainText(label), LABEL_WIDTH),
    overflow ? "on" : "off",
    dateTime(Date.parse(updatedAt), nowMs),
  ]);
  const heads = ["PROVIDER", "KEY", "LABEL", "OVERFLOW", "SINCE"];
  for (const [index, line] of table([heads, ...rows], new Set()).entries()) {
    screen.line(`  ${index === 0 ? screen.paint("dim", line) : line}`);
  }
}

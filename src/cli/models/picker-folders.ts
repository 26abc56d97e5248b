import type { Config } from "../../config/schema.ts";
import { claudeDir, type Machine } from "../connect/surroundings.ts";

/** Claude Code's folders whose picker is meant: the one that is named, else each account's, else the user's own. */
export function pickerFolders(
  machine: Machine,
  { quota }: Pick<Config, "quota">,
): readonly string[] {
  const isNamed = (machine.env["CLAUDE_CONFIG_DIR"] ?? "") !== "";
  return isNamed || quota.accounts.length === 0 ? [claudeDir(machine)] : quota.accounts;
}

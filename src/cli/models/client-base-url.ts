import { join } from "node:path";
import type { Environment } from "../../config/inputs.ts";
import { readSettingsFile } from "../connect/apply.ts";

const NAME = "ANTHROPIC_BASE_URL";

/** The base URL that Claude Code has, to the letter: of the environment, or of the user's settings. */
export async function clientBaseUrl(
  env: Environment,
  claudeDir: string,
): Promise<string | undefined> {
  const named = env[NAME] ?? "";
  if (named !== "") return named;
  const settings = await readSettingsFile(join(claudeDir, "settings.json"));
  const value = settings.ok ? settings.value.env[NAME] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

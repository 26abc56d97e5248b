import { textAt } from "../upstream/model-api.ts";
import {
  type ClientHome,
  makeClientHome,
  type ProgramOutcome,
  runClientProgram,
} from "./client-program.ts";
import { geminiProgram, installClients } from "./install.ts";

export interface GeminiSetting {
  readonly baseUrl: string;
  readonly key: string;
}

/** What a `gemini -p` run said. */
export interface GeminiOutcome extends ProgramOutcome {
  /** What the user reads. */
  readonly message: string;
}

export async function makeGeminiHome({ baseUrl, key }: GeminiSetting): Promise<ClientHome> {
  await installClients();
  const settings = {
    security: { auth: { selectedType: "gemini-api-key" } },
    privacy: { usageStatisticsEnabled: false },
  };
  return await makeClientHome(
    { ".gemini/settings.json": JSON.stringify(settings) },
    { GEMINI_API_KEY: key, GOOGLE_GEMINI_BASE_URL: baseUrl },
  );
}

export async function runGemini(
  home: ClientHome,
  { prompt, model }: { readonly prompt: string; readonly model?: string },
): Promise<GeminiOutcome> {
  const named = model === undefined ? [] : ["-m", model];
  const args = ["-p", prompt, ...named, "--skip-trust", "-o", "json", "--yolo"];
  const outcome = await runClientProgram(home, process.execPath, [geminiProgram(), ...args]);
  const answer: unknown = outcome.exitCode === 0 ? JSON.parse(outcome.stdout) : {};
  return { ...outcome, message: textAt(answer, "response") };
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { at, isRecord, textAt } from "../conformance/exchange.ts";

/** Recorded traffic beside the checkout, or where the environment says. Most machines have none. */
export const CORPUS = join(
  process.env["SPILLWAY_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url)),
  "corpus",
);

/** Why these tests cannot run here; false when they can. */
export const noCorpus: string | false = existsSync(CORPUS)
  ? false
  : "there is no recorded traffic on this machine (SPILLWAY_SHARED names its folder)";

/** One answer of a provider, as it was recorded. */
export interface ChatExchange {
  readonly name: string;
  readonly provider: string;
  readonly status: number;
  /** The events of a stream as they were on the wire; undefined for a whole answer. */
  readonly events: readonly string[] | undefined;
  readonly separator: string;
  readonly body: unknown;
}

export function chatExchanges(): readonly ChatExchange[] {
  return jsonFiles("exchanges/openai-chat", () => true).map(({ file, value }) => {
    const events = at(value, "response", "sse");
    const status = at(value, "response", "status");
    return {
      name: file.replace(/\.json$/, ""),
      provider: textAt(value, "provider") ?? "",
      status: typeof status === "number" ? status : 200,
      events: Array.isArray(events) ? events.map(String) : undefined,
      separator: textAt(value, "response", "sse_separator") ?? "\n\n",
      body: at(value, "response", "body"),
    };
  });
}

/** A peer's translation of one message, for comparison. */
export interface Pair {
  readonly name: string;
  readonly input: unknown;
  readonly peer: unknown;
}

export function pairs(pattern: RegExp): readonly Pair[] {
  return jsonFiles("pairs", (file) => pattern.test(file)).map(({ file, value }) => ({
    name: file.replace(/\.json$/, ""),
    input: at(value, "input"),
    peer: at(value, "peer_output"),
  }));
}

function jsonFiles(folder: string, isWanted: (file: string) => boolean) {
  const path = join(CORPUS, folder);
  return readdirSync(path)
    .filter(isWanted)
    .toSorted()
    .map((file): { readonly file: string; readonly value: unknown } => ({
      file,
      value: JSON.parse(readFileSync(join(path, file), "utf8")),
    }));
}

export { at, isRecord, textAt };

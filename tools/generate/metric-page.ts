import { ExchangeMetrics } from "../../src/observe/metrics.ts";
import type { GeneratedFile } from "../generate-prices.ts";
import { markdownTable, pageHead } from "./markdown.ts";

/** The page of every metric, read off a scrape after one exchange that touches them all. */
export function generateMetricPage(): GeneratedFile {
  const scrape = exampleScrape();
  const rows = [...scrape.matchAll(/^# HELP (\S+) (.+)\n# TYPE \S+ (\S+)/gm)].map(
    ([, name = "", help = "", type = ""]) => [`\`${name}\``, type, labelsOf(scrape, name), help],
  );
  const content = [
    ...pageHead("Metrics", "src/observe/metrics.ts"),
    "`GET /metrics` answers in the Prometheus text format. Every label has a closed list of values.",
    "",
    ...markdownTable(["Name", "Type", "Labels", "Meaning"], rows),
    "",
  ].join("\n");
  return { path: "docs/reference/metrics.md", content };
}

function exampleScrape(): string {
  const nothing = (): number => 0;
  const metrics = new ExchangeMetrics({
    openStreams: nothing,
    heldBytes: nothing,
    queued: nothing,
    repeating: nothing,
    unfit: () => [["anthropic", "open"]],
    loopDelayP99Seconds: nothing,
  });
  metrics.exchangeEnded({
    operation: "messages",
    provider: "anthropic",
    status: 200,
    error: { code: "client_closed", source: "client" },
    book: "api",
    tokens: { input: 1, output: 1, cacheRead: 1, cacheWrite: 1 },
    usageUnknown: true,
    costUsd: 1,
    headersMs: 1,
    firstByteMs: 1,
    totalMs: 1,
  });
  metrics.queued("anthropic", 1);
  metrics.queueRefused("anthropic", "waited");
  metrics.rateLimited("rpm");
  metrics.misplaced("anthropic");
  metrics.repetitionDenied();
  return metrics.expose();
}

function labelsOf(scrape: string, metric: string): string {
  const sample = new RegExp(`^${metric}(?:_count)?\\{([^}]*)\\}`, "m").exec(scrape)?.[1] ?? "";
  return [...sample.matchAll(/(\w+)=/g)].map(([, label]) => `\`${label}\``).join(", ");
}

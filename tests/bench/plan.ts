import { parseArgs } from "node:util";

/**
 * Those of `-key` are with a Spillway key, a budget and a stored key that is injected; `claude-chat` and its like are what the
 * client speaks and what the upstream does.
 */
export const ROW_NAMES = [
  "small",
  "small-key",
  "claude",
  "claude-key",
  "latency",
  "latency-key",
  "streams",
  "streams-key",
  "claude-chat",
  "claude-responses",
  "claude-gemini",
  "claude-bedrock",
  "claude-vertex",
  "chat-claude",
  "facts",
  "rules",
  "names",
  "start",
] as const;
export type RowName = (typeof ROW_NAMES)[number];

/** How long and how often to measure. */
export interface Plan {
  readonly rows: ReadonlySet<RowName>;
  readonly warmUpMs: number;
  readonly windowMs: number;
  readonly rounds: number;
  readonly inFlight: number;
  /** Open streams, each count a row. */
  readonly streamCounts: readonly number[];
  readonly holdMs: number;
  readonly starts: number;
  /** Stream events that the upstream writes at once. */
  readonly burst: number;
  readonly profile: boolean;
  /** Measure other gateways beside, where they can do the same. */
  readonly peers: boolean;
  readonly json: string | undefined;
}

export const USAGE = `Usage: npm run bench -- [--full] [--only ROW,ROW] [--peers] [--profile] [--burst N] [--json FILE]

  --full      20 s windows after 5 s of warm-up, median of 5 (about 20 minutes)
  --only      of ${ROW_NAMES.join(", ")}
  --peers     the gateways that npm offers beside, in the rows that translate; installed on first use
  --profile   the functions in which gateway and pipe spend their time, instead of the table
  --burst     stream events that the upstream writes at once (default 8)
  --json      also write the rows to this file
`;

const DEFAULT_BURST = 8;
/** Beside two sockets for each stream the gateway keeps 512 for itself and refuses connections beyond. */
const OTHER_HANDLES = 600;
const MOST_STREAMS = 10_000;

export function readPlan(argv: readonly string[], fileHandles: number): Plan {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      full: { type: "boolean", default: false },
      profile: { type: "boolean", default: false },
      peers: { type: "boolean", default: false },
      only: { type: "string" },
      burst: { type: "string" },
      json: { type: "string" },
    },
  });
  const most = Math.min(MOST_STREAMS, Math.floor((fileHandles - OTHER_HANDLES) / 2));
  return {
    rows: new Set(values.only === undefined ? ROW_NAMES : values.only.split(",").map(toRowName)),
    ...(values.full
      ? { warmUpMs: 5_000, windowMs: 20_000, rounds: 5, holdMs: 30_000, starts: 9 }
      : { warmUpMs: 2_000, windowMs: 6_000, rounds: 3, holdMs: 6_000, starts: 5 }),
    inFlight: 64,
    streamCounts: most > 2_000 ? [2_000, most] : [most],
    burst: values.burst === undefined ? DEFAULT_BURST : Number(values.burst),
    profile: values.profile,
    peers: values.peers,
    json: values.json,
  };
}

function toRowName(name: string): RowName {
  // Start and idle memory are one measurement.
  const known = name === "memory" ? "start" : ROW_NAMES.find((row) => row === name);
  if (known === undefined) throw new TypeError(`no row ${name}; there are ${ROW_NAMES.join(", ")}`);
  return known;
}

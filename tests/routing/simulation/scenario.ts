import { STRATEGIES } from "../../../src/routing/target.ts";
import type { KeySettings } from "../../../src/store/key-record.ts";
import type { Draws } from "./random.ts";

/** Everything that requests can be sent to. */
export const PLACES = {
  anthropic: { origin: "https://claude.example", place: "us", dialect: "messages" },
  mirror: { origin: "https://mirror.example", place: "eu", dialect: "messages" },
  groq: { origin: "https://groq.example", place: "us", dialect: "chat" },
  openai: { origin: "https://openai.example", place: "eu", dialect: "chat" },
  openrouter: { origin: "https://openrouter.example", place: "global", dialect: "chat" },
} as const;
export type PlaceId = keyof typeof PLACES;
export const PLACE_IDS = Object.keys(PLACES) as readonly PlaceId[];

export const PEOPLE = ["ann", "ben", "cleo"] as const;
/** Whose machine it is, and who may come without a key. */
export const LOCAL = "me";

/** A provider's key that belongs to the organisation. */
export interface OwnedKey {
  readonly variable: string;
  readonly place: PlaceId;
  readonly label: string;
  /** Principals that it is kept for. */
  readonly for: readonly string[];
}

export const OWNED: readonly OwnedKey[] = [
  { variable: "A_ONE", place: "anthropic", label: "one", for: [] },
  { variable: "A_TWO", place: "anthropic", label: "two", for: [] },
  { variable: "A_ANN", place: "anthropic", label: "for-ann", for: ["ann"] },
  { variable: "M_KEY", place: "mirror", label: "configuration", for: [] },
  { variable: "G_ONE", place: "groq", label: "one", for: [] },
  { variable: "G_BEN", place: "groq", label: "for-ben", for: ["ben"] },
  { variable: "O_KEY", place: "openai", label: "configuration", for: [] },
  { variable: "R_KEY", place: "openrouter", label: "configuration", for: [] },
];
export const secretOf = ({ variable }: OwnedKey): string =>
  `sk-owned-${variable.toLowerCase()}-0123456789`;

const MODELS = [
  "claude-opus-4-8",
  "claude-haiku-4-5",
  "mirror/claude-opus-4-8",
  "groq/a",
  "groq/b",
  "openai/a",
  "openrouter/c",
] as const;
export const GIVEN = ["fast", "coding", "drawn"] as const;
export const ASKABLE = [...MODELS, ...GIVEN, "claude-sonnet-4-6"] as const;
const LISTED = [...MODELS, ...GIVEN, "claude-*", "groq/*", "mirror/*"] as const;
const POLICIES = [undefined, undefined, "us_only", "eu_only"] as const;

/** What a target of a name may be, and a chain's. */
interface DrawnTarget {
  readonly model: string;
  readonly weight?: number;
  readonly pays?: "session" | "key";
}

/** A configuration, as far as the rules of the simulation have to know it. */
export interface DrawnConfig {
  readonly file: object;
  /** By alias or virtual model, everything that it leads to. */
  readonly standsFor: Readonly<Record<string, readonly string[]>>;
  readonly policy: string | undefined;
  readonly failures: number;
  readonly concurrency: Readonly<Partial<Record<PlaceId, number>>>;
}

/** What stays as it is for the life of the process: where things are, and what they take. */
export function drawGround(draws: Draws) {
  const limits = (place: PlaceId) => {
    if (draws.chance(0.6)) return [place, undefined] as const;
    const concurrency = draws.between(1, 4);
    return [
      place,
      { concurrency, wait: draws.pick(["0s", "5s", "30s"]), queue: draws.between(1, 20) },
    ] as const;
  };
  return {
    limits: Object.fromEntries(PLACE_IDS.map(limits)),
    keys: draws.chance(0.7),
    body: draws.chance(0.2) ? "1KB" : "1MB",
  };
}
export type Ground = ReturnType<typeof drawGround>;

export function drawConfig({ limits, keys, body }: Ground, draws: Draws): DrawnConfig {
  const model = () => draws.pick(MODELS);
  const target = (): DrawnTarget => {
    const name = model();
    const isClaude = name.startsWith("claude");
    return {
      model: name,
      ...(draws.chance(0.5) ? { weight: draws.between(1, 5) } : {}),
      ...(isClaude && draws.chance(0.3) ? { pays: draws.pick(["session", "key"] as const) } : {}),
      ...(!isClaude && draws.chance(0.1) ? { pays: "key" as const } : {}),
    };
  };
  const targets = () => Array.from({ length: draws.between(1, 4) }, target);
  const alias = model();
  const coding = targets();
  const drawn = targets();
  const policy = draws.chance(0.15) ? draws.pick(["us_only", "eu_only"]) : undefined;
  const failures = draws.pick([1, 3, 5]);
  const rules = [
    { name: "haiku", model: "claude-haiku-*", to: draws.pick(["groq/a", "fast", "coding"]) },
    { name: "sonnet", model: "claude-sonnet-*", to: draws.pick(["claude-opus-4-8", "drawn"]) },
    { name: "no", model: "openrouter/*", principal: "cleo", refuse: "not for you" },
  ];
  const place = (id: PlaceId) => {
    const { origin, dialect } = PLACES[id];
    const owned = OWNED.filter((key) => key.place === id);
    const single = owned.length === 1;
    return {
      kind: dialect === "chat" ? "openai-compatible" : "anthropic-compatible",
      url: dialect === "chat" ? `${origin}/v1` : origin,
      ...(single ? { key: `env:${owned[0]?.variable}` } : { keys: poolOf(owned) }),
      ...(limits[id] === undefined ? {} : { limits: limits[id] }),
    };
  };
  const file = {
    anthropic: {
      url: PLACES.anthropic.origin,
      ...(keys ? { keys: poolOf(OWNED.filter((key) => key.place === "anthropic")) } : {}),
      ...(limits["anthropic"] === undefined ? {} : { limits: limits["anthropic"] }),
    },
    providers: Object.fromEntries(
      PLACE_IDS.filter((id) => id !== "anthropic").map((id) => [id, place(id)]),
    ),
    limits: { body },
    prices: MODELS.filter((name) => !name.startsWith("claude")).map((name) => ({
      model: name,
      input: "1",
      output: "2",
    })),
    overflow: { budget: draws.pick(["10/day", "0.01/day"]) },
    residency: {
      ...(policy === undefined ? {} : { policy }),
      endpoints: PLACE_IDS.map((id) => ({
        url: PLACES[id].origin,
        place: PLACES[id].place,
        guarantee: "a contract",
        source: "a page",
        verified: "2026-11-01",
      })),
    },
    routing: {
      aliases: { fast: alias },
      ...(draws.chance(0.2) ? { tiers: { haiku: model() } } : {}),
      models: {
        coding: { strategy: draws.pick(STRATEGIES), targets: coding },
        drawn: { strategy: draws.pick(STRATEGIES), targets: drawn },
      },
      ...(draws.chance(0.8) ? { fallbacks: { "*": targets() } } : {}),
      ...(draws.chance(0.3) ? { rules: draws.some(rules) } : {}),
      hold: draws.pick(["0s", "2s"]),
      ...(draws.chance(0.3) ? { slowStart: { firstToken: draws.pick(["500ms", "3s"]) } } : {}),
      retry: draws.pick([{}, { repetitions: 1 }, { repetitions: 3, wait: "5s" }]),
      health: { failures, pause: draws.pick(["500ms", "5s"]), deadKey: draws.pick(["1s", "1m"]) },
      affinity: { mode: draws.pick(["on", "off"]), worth: "0.000001" },
    },
  };
  const concurrency = Object.fromEntries(
    PLACE_IDS.flatMap((id) => (limits[id] === undefined ? [] : [[id, limits[id].concurrency]])),
  );
  const namesOf = (list: readonly DrawnTarget[]) => list.map((each) => each.model);
  const standsFor = { fast: [alias], coding: namesOf(coding), drawn: namesOf(drawn) };
  return { file, standsFor, policy, failures, concurrency };
}

function poolOf(keys: readonly OwnedKey[]) {
  return keys.map(({ variable, label, for: principals }) => ({
    name: label,
    key: `env:${variable}`,
    ...(principals.length === 0 ? {} : { for: principals }),
  }));
}

/** What somebody's Spillway key allows. */
export function drawKeySettings(draws: Draws): KeySettings {
  const budget = {
    amount: draws.pick(["0.0005", "0.01", "5"]),
    currency: "USD",
    period: "day",
    timeZone: "UTC",
  };
  return {
    budgets: draws.chance(0.5) ? [{ ...budget, period: "day" }] : [],
    timeZone: "UTC",
    models: draws.chance(0.4) ? draws.some(LISTED) : [],
    ...(draws.chance(0.2) ? { dataPolicy: draws.pick(["us_only", "eu_only"]) } : {}),
    ...(draws.chance(0.6) ? { mode: draws.pick(["session", "inject", "overflow"] as const) } : {}),
    ...(draws.chance(0.15) ? { concurrency: draws.between(1, 3) } : {}),
    ...(draws.chance(0.1) ? { requestsPerMinute: draws.between(3, 10) } : {}),
    ...(draws.chance(0.1) ? { dailyRequests: draws.between(3, 10) } : {}),
  };
}

/** One request that is going to be made. */
export interface DrawnRequest {
  readonly atMs: number;
  readonly person: string;
  /** With a Spillway key. */
  readonly isKeyed: boolean;
  readonly own: "subscription" | "api_key" | "none";
  readonly model: string;
  readonly operation: "messages" | "count_tokens" | "probe";
  readonly stream: boolean;
  readonly fallbacks: readonly string[];
  readonly policy: string | undefined;
  readonly asksOverflow: boolean;
  readonly agent: string;
  readonly session: string;
  readonly isLarge: boolean;
  readonly uploadMs: number;
  readonly readMs: number;
  /** So long after it began; undefined: it stays to the end. */
  readonly leavesMs: number | undefined;
}

export function drawRequest(atMs: number, draws: Draws): DrawnRequest {
  const person = draws.pick([...PEOPLE, LOCAL]);
  const isKeyed = person !== LOCAL;
  return {
    atMs,
    person,
    isKeyed,
    own: isKeyed
      ? draws.pick(["subscription", "subscription", "api_key", "none"] as const)
      : "subscription",
    model: draws.pick(ASKABLE),
    operation: draws.chance(0.9) ? "messages" : draws.pick(["count_tokens", "probe"] as const),
    stream: draws.chance(0.7),
    fallbacks: draws.chance(0.15) ? draws.some(ASKABLE).slice(0, 3) : [],
    policy: draws.pick([...POLICIES, undefined, undefined]),
    asksOverflow: draws.chance(0.1),
    agent: draws.pick(["claude-cli/2.1.329", "curl/8.5.0", "something"]),
    session: `${person}-${draws.below(3)}`,
    isLarge: draws.chance(0.1),
    uploadMs: draws.chance(0.1) ? draws.below(200) : 0,
    readMs: draws.chance(0.1) ? draws.below(50) : 0,
    leavesMs: draws.chance(0.15) ? draws.below(8_000) : undefined,
  };
}

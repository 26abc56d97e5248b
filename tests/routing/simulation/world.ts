import { AsyncLocalStorage } from "node:async_hooks";
import { gatewayError } from "../../../src/base/errors.ts";
import { isObject } from "../../../src/base/json.ts";
import type { House } from "../../../src/exchange/house.ts";
import { runExchange } from "../../../src/exchange/run.ts";
import type { KeyRing } from "../../../src/identity/keys/index.ts";
import { readAddress } from "../../../src/ingress/address.ts";
import type { KeyRecord } from "../../../src/store/key-record.ts";
import type { UpstreamRequest } from "../../../src/upstream/transport/contract.ts";
import { type Fault, type Played, scriptOf, type Weather } from "./answers.ts";
import { SimulatedBooks } from "./books.ts";
import { SimulatedClient } from "./client.ts";
import { type Generation, openHouse, toSimulated } from "./house.ts";
import { type Draws, drawsOf } from "./random.ts";
import {
  type DrawnRequest,
  drawConfig,
  drawGround,
  drawKeySettings,
  drawRequest,
  LOCAL,
  PEOPLE,
  PLACE_IDS,
  PLACES,
  type PlaceId,
} from "./scenario.ts";
import type { VirtualTimers } from "./time.ts";
import { simulatedTransport } from "./upstreams.ts";
import { WatchedBudget } from "./watched-budget.ts";

/** One call to an upstream. */
export interface Call {
  readonly number: number;
  readonly exchange: Exchange;
  readonly place: PlaceId;
  readonly request: UpstreamRequest;
  readonly isFresh: boolean;
  readonly atMs: number;
  readonly mark: string;
  /** Known once the request has arrived. */
  model?: string;
  script?: Played;
  over?: "ended" | "failed" | "aborted";
}

/** One request, with everything that became of it. */
export interface Exchange {
  readonly id: string;
  readonly number: number;
  readonly drawn: DrawnRequest;
  readonly key: KeyRecord | undefined;
  readonly ownSecret: string | undefined;
  readonly client: SimulatedClient;
  readonly generation: Generation;
  readonly calls: Call[];
  /** Repetitions that the budget granted, and that are not over. */
  permits: number;
  /** Since the last call it heard that whoever failed is left alone, so that moving on repeats nothing. */
  isFree: boolean;
  /** Where it was sent although that is left alone. */
  readonly forced: string[];
  isOver: boolean;
  bug?: Error;
}

/** What is told as it happens. */
export interface Watcher {
  readonly sent: (call: Call, world: World) => void;
  readonly answered: (call: Call, fault: Fault, body: Buffer) => void;
  readonly over: (exchange: Exchange, world: World) => void;
}

const PEOPLES_SECRETS = new Map(
  [...PEOPLE, LOCAL].map((person) => [
    person,
    {
      subscription: `sk-ant-oat01-${person}-0123456789`,
      api_key: `sk-ant-api03-${person}-0123456789`,
    },
  ]),
);
/** No request may take longer. */
const LONGEST_MS = 15 * 60_000;
const WEATHER_MS = 12_000;
const WEATHERS: readonly Weather[] = [
  "fine",
  "fine",
  "fine",
  "down",
  "overloaded",
  "flaky",
  "flaky",
  "slow",
];

/** A gateway with its clients and upstreams, all of whose chances follow from one seed. */
export class World {
  readonly exchanges: Exchange[] = [];
  readonly calls: Call[] = [];
  readonly books: SimulatedBooks;
  readonly logged: string[] = [];
  readonly timers: VirtualTimers;
  readonly keyValues: readonly string[];
  readonly keys: ReadonlyMap<string, KeyRecord>;
  readonly house: House;
  readonly #draws: Draws;
  readonly #answers: Draws;
  readonly #watcher: Watcher;
  readonly #current: AsyncLocalStorage<Exchange>;
  readonly #weather: ReadonlyMap<PlaceId, readonly Weather[]>;
  #generation: Generation;
  readonly generations: Generation[];
  #running = 0;

  static async open(seed: number, timers: VirtualTimers, watcher: Watcher): Promise<World> {
    const draws = drawsOf(seed);
    const ground = drawGround(draws);
    const first = await toSimulated(drawConfig(ground, draws));
    const second = draws.chance(0.4) ? await toSimulated(drawConfig(ground, draws)) : undefined;
    const weather = new Map(
      PLACE_IDS.map((id) => [id, Array.from({ length: 20 }, () => draws.pick(WEATHERS))]),
    );
    const books = new SimulatedBooks(drawsOf(seed + 1));
    let world: World | undefined;
    const known = () => {
      if (world === undefined) throw new Error("nothing runs yet");
      return world;
    };
    const current = new AsyncLocalStorage<Exchange>();
    const house = await openHouse(first, {
      retryBudget: new WatchedBudget(() => current.getStore()),
      onOpen: () => {
        const exchange = current.getStore();
        if (exchange !== undefined) exchange.isFree = true;
      },
      onForced: (name) => void current.getStore()?.forced.push(name),
      clock: timers.clock,
      random: draws.next,
      store: books.store,
      transportTo: (origin) =>
        simulatedTransport(origin, {
          sent: (...sending) => known().#sent(...sending),
          answer: (call, { target, body }) => known().#answer(call, target, body),
          over: (call, how) => known().#over(call, how),
        }),
      log: {
        finished: ({ id }) => void known().logged.push(id),
        refused: () => {},
        overflowed: () => {},
        dispatched: () => {},
        listed: () => {},
        misplaced: () => {},
      },
      settings: () => known().#generation.settings,
    });
    const keys = await mintKeys(house.keys, draws);
    world = new World({
      seed,
      draws,
      timers,
      watcher,
      first,
      weather,
      books,
      house,
      keys,
      current,
    });
    world.#plan(second);
    return world;
  }

  private constructor(from: {
    seed: number;
    draws: Draws;
    timers: VirtualTimers;
    watcher: Watcher;
    first: Generation;
    weather: ReadonlyMap<PlaceId, readonly Weather[]>;
    books: SimulatedBooks;
    house: House;
    current: AsyncLocalStorage<Exchange>;
    keys: ReadonlyMap<string, { readonly key: KeyRecord; readonly value: string }>;
  }) {
    this.#draws = from.draws;
    this.#answers = drawsOf(from.seed + 2);
    this.timers = from.timers;
    this.#watcher = from.watcher;
    this.#generation = from.first;
    this.generations = [from.first];
    this.#weather = from.weather;
    this.books = from.books;
    this.keys = new Map([...from.keys].map(([person, { key }]) => [person, key]));
    this.#values = new Map([...from.keys].map(([person, { value }]) => [person, value]));
    this.keyValues = [...this.#values.values()];
    this.house = from.house;
    this.#current = from.current;
  }

  readonly #values: ReadonlyMap<string, string>;

  /** To the end of everything, or of time. */
  async run(): Promise<void> {
    const isOver = () => this.#running === 0;
    await this.timers.run(isOver, LONGEST_MS + 120_000);
  }

  #plan(second: Generation | undefined): void {
    const draws = this.#draws;
    const spanMs = draws.pick([2_000, 20_000, 60_000]);
    const count = draws.between(5, 30);
    for (let number = 0; number < count; number += 1) {
      const drawn = drawRequest(draws.below(spanMs), draws);
      this.#running += 1;
      setTimeout(() => this.#begin(number, drawn), drawn.atMs);
    }
    if (second !== undefined) {
      this.generations.push(second);
      setTimeout(() => (this.#generation = second), draws.below(spanMs));
    }
    if (draws.chance(0.1)) {
      const cut = gatewayError("draining", "The gateway is going");
      setTimeout(() => this.house.active.cutAll(cut), draws.below(spanMs * 2));
    }
  }

  #begin(number: number, drawn: DrawnRequest): void {
    const { person, isKeyed, own } = drawn;
    const id = `spx_${number}`;
    const ownSecret = own === "none" ? undefined : PEOPLES_SECRETS.get(person)?.[own];
    const keyValue = isKeyed ? this.#values.get(person) : undefined;
    const { method, url, headers, body } = requestOf(number, drawn, { ownSecret, keyValue });
    const { uploadMs, readMs, leavesMs } = drawn;
    const client = new SimulatedClient({ method, url, headers, body, uploadMs, readMs });
    const { request, response } = client;
    const key = isKeyed ? this.keys.get(person) : undefined;
    const exchange: Exchange = {
      id,
      number,
      drawn,
      key,
      ownSecret,
      client,
      generation: this.#generation,
      calls: [],
      permits: 0,
      isFree: false,
      forced: [],
      isOver: false,
    };
    this.exchanges.push(exchange);
    if (leavesMs !== undefined) setTimeout(() => client.leave(), leavesMs);
    const { clock } = this.house;
    const call = {
      id,
      request,
      response,
      ...readAddress(method, { target: url, path: url }, request.headers),
      startedAt: clock.now(),
      startedMs: clock.monotonicMs(),
    };
    const ended = (bug?: unknown) => {
      exchange.isOver = true;
      if (bug !== undefined) exchange.bug = bug instanceof Error ? bug : new Error("not an error");
      this.#running -= 1;
      this.#watcher.over(exchange, this);
    };
    this.#current.run(exchange, () => {
      this.house.active.during(runExchange(call, this.house)).then(() => ended(), ended);
    });
  }

  #sent(origin: string, request: UpstreamRequest, isFresh: boolean): number {
    const exchange = this.#current.getStore();
    const place = PLACE_IDS.find((id) => PLACES[id].origin === origin);
    if (exchange === undefined || place === undefined)
      throw new Error(`${origin} is asked by nobody`);
    const number = this.calls.length;
    const atMs = this.timers.nowMs;
    const call: Call = { number, exchange, place, request, isFresh, atMs, mark: `<<${number}>>` };
    this.calls.push(call);
    this.#watcher.sent(call, this);
    exchange.calls.push(call);
    exchange.isFree = false;
    return number;
  }

  #answer(number: number, target: string, body: Buffer): Played {
    const call = this.callOf(number);
    const parsed = parsedOf(body);
    const { model, stream, max_tokens: maxTokens } = parsed;
    call.model = typeof model === "string" ? model : "";
    const weather = this.#weather.get(call.place) ?? [];
    const at = Math.floor(this.timers.nowMs / WEATHER_MS) % weather.length;
    call.script = scriptOf(
      {
        dialect: PLACES[call.place].dialect,
        stream: stream === true,
        model: call.model,
        maxTokens: typeof maxTokens === "number" ? maxTokens : 1,
        mark: call.mark,
        isCount: target.endsWith("/count_tokens"),
        isReused: !call.isFresh && this.#answers.chance(0.5),
        nowMs: this.timers.clock.now(),
      },
      weather[at] ?? "fine",
      this.#answers,
    );
    this.#watcher.answered(call, call.script.fault, body);
    return call.script;
  }

  #over(number: number, how: NonNullable<Call["over"]>): void {
    this.callOf(number).over = how;
  }

  callOf(number: number): Call {
    const call = this.calls[number];
    if (call === undefined) throw new Error(`no call ${number}`);
    return call;
  }
}

async function mintKeys(ring: KeyRing, draws: Draws) {
  const keys = new Map<string, { readonly key: KeyRecord; readonly value: string }>();
  for (const person of PEOPLE) {
    const made = await ring.create({
      organisation: "local",
      name: person,
      settings: drawKeySettings(draws),
    });
    if (!made.ok) throw new Error(made.error.message);
    const { key, secret } = made.value;
    const record = { ...key, hashes: [] };
    keys.set(person, { key: record, value: secret.reveal() });
  }
  return keys;
}

function requestOf(
  number: number,
  drawn: DrawnRequest,
  { ownSecret, keyValue }: { ownSecret: string | undefined; keyValue: string | undefined },
) {
  const { operation, model, stream, fallbacks, policy, asksOverflow, agent, session, isLarge } =
    drawn;
  const isCount = operation === "count_tokens";
  const isProbe = operation === "probe";
  const says = isProbe
    ? "quota"
    : `This is exchange-${number}.${" and so on".repeat(isLarge ? 300 : 5)}`;
  const body = {
    model,
    ...(isCount ? {} : { max_tokens: isProbe ? 1 : 50, stream: stream && !isProbe }),
    messages: [{ role: "user", content: says }],
  };
  return {
    method: "POST",
    url: isCount ? "/v1/messages/count_tokens" : "/v1/messages",
    headers: [
      "host",
      "gateway",
      "content-type",
      "application/json",
      "user-agent",
      agent,
      "anthropic-version",
      "2023-06-01",
      "x-claude-code-session-id",
      session,
      ...(ownSecret === undefined ? [] : ["authorization", `Bearer ${ownSecret}`]),
      ...(keyValue === undefined ? [] : ["x-spillway-key", keyValue]),
      ...(fallbacks.length === 0 ? [] : ["x-spillway-fallbacks", fallbacks.join()]),
      ...(policy === undefined ? [] : ["x-spillway-data-policy", policy]),
      ...(asksOverflow ? ["x-spillway-overflow", "byok"] : []),
    ],
    body: Buffer.from(JSON.stringify(body)),
  };
}

function parsedOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body.toString());
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

import { keyScope } from "../../../src/exchange/money/scopes.ts";
import { heldAccount } from "../../../src/ledger/index.ts";
import { allowsModel } from "../../../src/policy/access/index.ts";
import type { TerminalRecord } from "../../../src/store/record.ts";
import type { Fault } from "./answers.ts";
import { readReceived } from "./client.ts";
import { LOCAL, OWNED, PLACES, secretOf } from "./scenario.ts";
import type { Call, Exchange, Watcher, World } from "./world.ts";

/** Ends of exchanges that were never sent anywhere. */
const UNSENT = new Set([
  "residency_refused",
  "model_not_allowed",
  "model_unknown",
  "rule_refused",
  "credential_missing",
  "budget_exceeded",
  "daily_limit_reached",
  "price_unknown",
  "rate_limited",
  "upstream_busy",
  "accounting_unavailable",
  "client_closed",
  "draining",
  "operation_not_supported",
  "invalid_header",
  "body_too_large",
  "not_translatable",
]);

/** Holds a world to what must never happen; what did is in `broken`. */
export class Rules implements Watcher {
  readonly broken: string[] = [];
  /** By place, model and secret. */
  readonly #credentialFaults = new Set<string>();

  readonly sent = (call: Call, world: World): void => {
    const { exchange, place } = call;
    const say = (what: string) => this.#say(exchange, `${what} (call ${call.number} to ${place})`);
    if (exchange.isOver) say("is sent on after its end");
    if (world.house.active.cut !== undefined) say("is sent while the process goes");
    const open = exchange.calls.find(({ over }) => over === undefined);
    if (open !== undefined) say(`is sent while call ${open.number} goes on`);
    const { body } = readReceived(exchange.client.received);
    if (body.includes("<<") || body.includes("message_start"))
      say("is sent after something was shown");
    if (exchange.client.hasLeft) say("is sent for a client that left");
    this.#checkCredential(call, say);
    this.#checkPlace(call, say);
    this.#checkRepetition(call, say);
    this.#checkRoom(call, world, say);
    this.#checkMoney(world, say);
  };

  readonly answered = (call: Call, fault: Fault, body: Buffer): void => {
    const { exchange, place, model = "" } = call;
    const say = (what: string) => this.#say(exchange, `${what} (call ${call.number} to ${place})`);
    this.#checkModel(call, say);
    const { client, drawn, number } = exchange;
    const words = drawn.operation === "probe" ? "quota" : `This is exchange-${number}.`;
    if (!client.hasLeft && !body.includes(words)) say("has not its request's body");
    const at = `${place} ${model}`;
    if (fault === "credential") this.#credentialFaults.add(`${at} ${secretIn(call)}`);
  };

  readonly over = (exchange: Exchange, world: World): void => {
    const say = (what: string) => this.#say(exchange, what);
    if (exchange.bug !== undefined) {
      say(`is a bug: ${exchange.bug.stack}`);
      return;
    }
    const { id, calls } = exchange;
    const open = calls.find(({ over }) => over === undefined);
    if (open !== undefined) say(`is over while call ${open.number} goes on`);
    if (exchange.permits > 0) say("keeps a repetition");
    this.#checkHealth(world, say);
    this.#checkMoney(world, say);
    const records = world.books.finished.get(id) ?? [];
    const isStarted = world.books.started.has(id);
    if (records.length !== (isStarted ? 1 : 0)) say(`has ${records.length} records`);
    if (calls.length > 0 && !isStarted) say("was sent without a record");
    const [record] = records;
    if (record === undefined) return;
    const held = world.books.balances.get(heldAccount(id)) ?? 0n;
    if (held !== 0n) say(`holds ${held} after its end`);
    const noted = record.attempts.map(
      ({ deployment, credentialOwner }) => `${deployment} ${credentialOwner}`,
    );
    const seen = calls.map((call) => `${call.place} ${PLACES[call.place].origin} ${ownerIn(call)}`);
    if (noted.join() !== seen.join()) say(`was sent to ${seen.join()} and says ${noted.join()}`);
    if (calls.length === 0 && record.status !== 200) {
      const { errorCode = "client_closed" } = record;
      if (!UNSENT.has(errorCode)) say(`was sent nowhere, for ${errorCode}`);
    }
    const { candidates = [] } = record.route ?? {};
    for (const name of exchange.forced) {
      const last = candidates.findLastIndex((candidate) => candidate.name === name);
      if (last < candidates.length - 1) say(`is sent to ${name}, which is left alone`);
    }
    this.#checkProbe(exchange, record, say);
    this.#checkAnswer(exchange, record, say);
  };

  /** When everything is over. */
  atEnd(world: World): void {
    const { house, books, exchanges } = world;
    const say = (what: string) => this.broken.push(what);
    for (const exchange of exchanges) {
      if (!exchange.isOver) this.#say(exchange, "never ends");
    }
    if (house.active.count > 0) say(`${house.active.count} relays are left`);
    if (house.held.used !== 0) say(`${house.held.used} bytes are held`);
    if (house.retryBudget.repeating !== 0)
      say(`${house.retryBudget.repeating} repetitions are left`);
    const queues = house.queues.states();
    if (queues.length > 0) say(`queues are not empty: ${JSON.stringify(queues)}`);
    for (const problem of books.problems) say(problem);
    const sum = [...books.balances.values()].reduce((total, amount) => total + amount, 0n);
    if (sum !== 0n) say(`the books sum to ${sum}`);
    for (const id of books.started.keys()) {
      const lines = world.logged.filter((logged) => logged === id).length;
      if (lines !== 1) say(`${id} has ${lines} lines in the log`);
    }
  }

  #say({ id, drawn }: Exchange, what: string): void {
    this.broken.push(`${id} (${drawn.person} asks for ${drawn.model}) ${what}`);
  }

  /** Law 2. */
  #checkCredential(call: Call, say: (what: string) => void): void {
    const { exchange, place } = call;
    const secrets = secretsIn(call);
    if (secrets.length !== 1) say(`carries ${secrets.length} credentials`);
    for (const secret of secrets) {
      const owned = OWNED.find((key) => secretOf(key) === secret);
      if (owned === undefined) {
        if (secret !== exchange.ownSecret) say("carries somebody else's credential");
        if (place !== "anthropic") say("carries the caller's own credential elsewhere");
        continue;
      }
      if (owned.place !== place) say(`carries the key of ${owned.place}`);
      const { person } = exchange.drawn;
      const isKept = OWNED.some((key) => key.place === place && key.for.includes(person));
      const isOpen = owned.for.length === 0 && !isKept;
      if (!isOpen && !owned.for.includes(person))
        say(`carries the key ${owned.label}, which is another's`);
    }
  }

  #checkPlace({ exchange, place }: Call, say: (what: string) => void): void {
    const policies = [
      exchange.drawn.policy,
      exchange.key?.settings.dataPolicy,
      exchange.generation.drawn.policy,
    ];
    for (const policy of policies) {
      if (policy !== undefined && policy !== `${PLACES[place].place}_only`) {
        say(`goes against ${policy}`);
      }
    }
  }

  #checkModel({ exchange, place, model = "" }: Call, say: (what: string) => void): void {
    const models = exchange.key?.settings.models ?? [];
    if (models.length === 0 || exchange.client.hasLeft) return;
    const { standsFor } = exchange.generation.drawn;
    const name = place === "anthropic" ? model : `${place}/${model}`;
    const given = Object.entries(standsFor).flatMap(([alias, names]) =>
      allowsModel(models, alias) ? names : [],
    );
    if (!allowsModel(models, exchange.drawn.model)) say("asks for what its key does not allow");
    else if (!allowsModel(models, name) && !given.includes(name)) say(`asks for ${name}`);
  }

  /** Whoever is asked after somebody else is a repetition, unless that one is left alone, or it is an overflow. */
  #checkRepetition(call: Call, say: (what: string) => void): void {
    const { exchange } = call;
    const before = exchange.calls.at(-1);
    if (before === undefined || exchange.permits > 0) return;
    const isAnew = call.isFresh && before.place === call.place;
    const status = statusOf(before);
    const isOwn = (each: Call) => secretIn(each) === exchange.ownSecret;
    const isSpill = isOwn(before) && !isOwn(call) && status === 429;
    const isBack = !isOwn(before) && isOwn(call) && (status === 401 || status === 403);
    if (!isAnew && !isSpill && !isBack && !exchange.isFree) say("is repeated beyond the budget");
  }

  #checkRoom(call: Call, { calls }: World, say: (what: string) => void): void {
    const { exchange, place } = call;
    const most = exchange.generation.drawn.concurrency[place];
    if (most === undefined || exchange.drawn.operation === "count_tokens") return;
    const secret = secretIn(call);
    const beside = calls.filter(
      (other) =>
        other !== call &&
        other.over === undefined &&
        other.place === place &&
        other.exchange.drawn.operation !== "count_tokens" &&
        secretIn(other) === secret,
    );
    if (beside.length >= most) say(`is beside ${beside.length} others where ${most} may be`);
  }

  #checkMoney({ house, keys }: World, say: (what: string) => void): void {
    const { pay } = house.settings();
    for (const key of keys.values()) {
      const scopes = [keyScope({ ...key }, "byok", pay.cap)];
      for (const { usedNano, limitNano } of house.budgets.states(
        scopes,
        house.clock.now(),
        pay.rates,
      )) {
        if (limitNano !== undefined && usedNano > limitNano)
          say(`${key.name} has used ${usedNano} of ${limitNano}`);
      }
    }
  }

  /** Law 4: what is shared comes from servers alone, and what is somebody's own is nobody else's. */
  #checkHealth(world: World, say: (what: string) => void): void {
    const failures = Math.min(...world.generations.map(({ drawn }) => drawn.failures));
    const { house } = world;
    for (const { provider, model, owner } of house.health.troubles()) {
      if (owner !== undefined) continue;
      const faults = this.#faultsAt(world, provider, model);
      if (faults < failures)
        say(`shares the trouble of ${provider} ${model} after ${faults} faults`);
    }
    const shared = new Set(
      house.health.troubles().flatMap(({ owner, model }) => (owner === undefined ? [model] : [])),
    );
    for (const person of [...world.keys.keys(), LOCAL]) {
      for (const model of ["claude-opus-4-8", "claude-haiku-4-5"]) {
        for (const kind of ["api_key", "subscription"] as const) {
          const credential = { kind: "own", owner: person, class: kind } as const;
          const candidate = { deployment: house.deployment, credential };
          const unfit = house.health.fitness({ candidate, model });
          if (unfit === undefined || shared.has(model)) continue;
          const own = [...this.#credentialFaults].some(
            (fault) => fault.startsWith(`anthropic ${model} `) && fault.includes(`-${person}-`),
          );
          if (!own)
            say(`leaves ${person} unfit at ${model} for nothing of their own: ${unfit.reason}`);
        }
      }
    }
  }

  /** A body that is too large to be read has no model; whoever is given up for being slow is at fault, too. */
  #faultsAt({ calls }: World, provider: string, model: string): number {
    return calls.filter(
      ({ place, script, over, exchange, ...call }) =>
        place === provider &&
        (model === "" || call.model === model) &&
        (script?.fault === "server" ||
          script?.isBroken === true ||
          (over === "aborted" && exchange.generation.settings.failures.slowStartMs !== undefined)),
    ).length;
  }

  /** What a client asks to see its plan's limits nobody else can answer (design R3). */
  #checkProbe(
    { drawn: { operation, own, model, isKeyed }, calls }: Exchange,
    { route }: Pick<TerminalRecord, "route">,
    say: (what: string) => void,
  ): void {
    const isRenamed = (route?.steps ?? []).length > 0;
    if (operation !== "probe" || own !== "subscription" || isKeyed) return;
    if (isRenamed || !model.startsWith("claude")) return;
    for (const { place } of calls) if (place !== "anthropic") say(`is a probe at ${place}`);
  }

  #checkAnswer(
    { client, calls }: Exchange,
    { status, finish }: { readonly status?: number | undefined; readonly finish: string },
    say: (what: string) => void,
  ): void {
    const received = readReceived(client.received);
    const marks = new Set(received.body.match(/<<[0-9]+>>/g) ?? []);
    const starts = received.body.split('"type":"message_start"').length - 1;
    if (marks.size > 1) say(`shows ${[...marks].join(" and ")}`);
    if (starts > 1) say(`begins ${starts} times`);
    const [mark] = marks;
    if (mark !== undefined && !calls.some((call) => call.mark === mark))
      say(`shows ${mark}, not its own`);
    const { received: text } = client;
    for (const key of OWNED) if (text.includes(secretOf(key))) say(`shows the key ${key.label}`);
    if (client.hasLeft) return;
    if (received.status !== status) say(`got ${received.status} and says ${status}`);
    // A stream that was begun before anybody answered can only be told of a refusal, and be broken off.
    const isTold = received.body.includes("event: error");
    if (finish === "complete" && !received.isWhole && !isTold) {
      say("is called complete, and is not whole");
    }
    if (finish !== "complete" && received.isWhole && received.status === 200) {
      say(`is called ${finish}, and looks whole`);
    }
  }
}

function secretsIn({ request: { headers } }: Call): readonly string[] {
  const found = headers.flatMap((name, i) =>
    i % 2 === 0 && /^(?:authorization|x-api-key|x-spillway-key)$/i.test(name)
      ? [headers[i + 1] ?? ""]
      : [],
  );
  return [...new Set(found.map((value) => value.replace(/^Bearer /, "")))];
}

function secretIn(call: Call): string {
  return secretsIn(call)[0] ?? "";
}

function ownerIn(call: Call): string {
  const owned = OWNED.find((key) => secretOf(key) === secretIn(call));
  return owned === undefined ? call.exchange.drawn.person : `local/${owned.place}/${owned.label}`;
}

function statusOf({ script }: Call): number | undefined {
  const head = script?.steps.find((step) => "head" in step);
  return head !== undefined && "head" in head ? head.head.status : undefined;
}

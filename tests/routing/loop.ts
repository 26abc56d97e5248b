import { generateKeySync } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../src/base/clock.ts";
import { ok } from "../../src/base/result.ts";
import { Secret } from "../../src/base/secret.ts";
import { ActiveExchanges } from "../../src/exchange/active.ts";
import { ClientSide } from "../../src/exchange/answer/client-side.ts";
import { attempt } from "../../src/exchange/attempt/attempt.ts";
import type { Attempted, Failing } from "../../src/exchange/attempt/attempt-plan.ts";
import { ForeignProofs } from "../../src/exchange/attempt/foreign-proofs.ts";
import { LearnedRefusals } from "../../src/exchange/hub/amend/learned-refusals.ts";
import { HeldBytes, holdBody } from "../../src/exchange/request/body.ts";
import { readAddress } from "../../src/ingress/address.ts";
import type { Candidate, CandidateCredential } from "../../src/routing/candidate.ts";
import { RetryBudget } from "../../src/routing/failure/retry-budget.ts";
import { Health } from "../../src/routing/health/health.ts";
import { makeTap } from "../../src/upstream/dialects/anthropic/index.ts";
import { anthropic } from "../../src/upstream/providers/anthropic/index.ts";
import { DirectTransport } from "../../src/upstream/transport/direct.ts";
import { call, type HttpAnswer, STREAM_BODY } from "../fault/rig.ts";

/** The attempt loop with real connections before and behind it, and nothing else of the program. */
export interface Loop extends AsyncDisposable {
  readonly health: Health;
  readonly budget: RetryBudget;
  /** One exchange: what the client got, and how it ended. */
  run(candidates: readonly Candidate[], options?: RunOptions): Promise<Run>;
  /** A place to go, paid by a stored key unless another credential is given. */
  candidate(provider: string, url: string, more?: Partial<Candidate>): Candidate;
}

export interface RunOptions extends Partial<Pick<Failing, "patience" | "holdMs" | "slowStartMs">> {
  readonly body?: string;
  readonly spills?: boolean;
}

export interface Run {
  readonly answer: HttpAnswer;
  readonly outcome: Attempted;
}

export const SETTINGS = { failures: 5, pauseMs: 60_000, cooldownMs: 60_000, deadKeyMs: 60_000 };
const PATIENCE = { repetitions: 0, waitMs: 2_000 };
const TIMEOUTS = {
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 20_000,
  idleTimeoutMs: 20_000,
  keepAliveMs: 4_000,
};

export const storedKey = (owner: string, secret = `sk-${owner}`): CandidateCredential => ({
  kind: "stored",
  owner,
  class: "stored",
  label: owner,
  secret: new Secret(secret),
});

export const ownKey = (owner = "alice"): CandidateCredential => ({
  kind: "own",
  owner,
  class: "api_key",
});

export const session = (owner = "alice"): CandidateCredential => ({
  kind: "own",
  owner,
  class: "subscription",
});

export async function openLoop(): Promise<Loop> {
  await using opening = new AsyncDisposableStack();
  const health = new Health(
    systemClock,
    () => 0.5,
    () => SETTINGS,
  );
  const budget = new RetryBudget();
  const active = new ActiveExchanges();
  const held = new HeldBytes();
  const transports = opening.use(new AsyncDisposableStack());
  let waiting: {
    candidates: readonly Candidate[];
    options: RunOptions;
    done: (o: Attempted) => void;
  };
  const exchange = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { candidates, options, done } = waiting;
    const client = new ClientSide(
      { id: "spx_1", request, response, dialect: readAddress("POST", AT, request.headers).dialect },
      systemClock.monotonicMs,
    );
    const body = await holdBody(request, { bodyBytes: 2 ** 20, heldBytes: 2 ** 24 }, held);
    if (!body.ok) throw new Error(body.error.message);
    const isStream = (options.body ?? STREAM_BODY).includes('"stream":true');
    const outcome = await attempt({
      call: {
        ...readAddress("POST", AT, request.headers),
        id: "spx_1",
        request,
        response,
        startedAt: 0,
        startedMs: systemClock.monotonicMs(),
      },
      client,
      candidates,
      body: body.value,
      streamRequested: isStream,
      requestedModel: "claude-opus-5-5",
      provenance: generateKeySync("hmac", { length: 256 }),
      foreign: new ForeignProofs(),
      learned: new LearnedRefusals(() => 0),
      admitMore: async () => ok(undefined),
      searching: undefined,
      list: undefined,
      active,
      relay: {
        makeTap: ({ headers }) =>
          makeTap({
            contentType: headers[headers.findIndex((name) => /^content-type$/i.test(name)) + 1],
            contentEncoding: undefined,
            isStream,
          }),
        readOnAfterClientGoneMs: 0,
        monotonicMs: systemClock.monotonicMs,
      },
      failing: {
        health,
        budget,
        patience: options.patience ?? PATIENCE,
        holdMs: options.holdMs ?? 2_000,
        slowStartMs: options.slowStartMs,
        random: () => 0.5,
        onDenied: () => {},
      },
      admit: async () => ok(undefined),
      spend: () => {},
      hasRoom: () => true,
      enter: async () => ok({ [Symbol.dispose]: () => {} }),
      fields: (head, { deployment }) => [...head.headers, "x-from", deployment.provider],
      onHead: () => {},
      spills: ({ status }) => options.spills === true && status === 429,
    });
    if (body.value.kind === "held") body.value.drop();
    const { failure, committed } = outcome.last;
    if (failure !== undefined && !committed && !client.gone) client.refuse(failure.error, []);
    done(outcome);
  };
  const server = createServer((request, response) => void exchange(request, response));
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  opening.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const owned = opening.move();
  return {
    health,
    budget,
    async run(candidates, options = {}) {
      const { promise, resolve } = Promise.withResolvers<Attempted>();
      waiting = { candidates, options, done: resolve };
      const answer = await call({ port }, { body: options.body ?? STREAM_BODY });
      return { answer, outcome: await promise };
    },
    candidate(provider, url, more = {}) {
      const transport = transports.use(new DirectTransport(url, TIMEOUTS));
      return {
        deployment: {
          provider,
          kind: "anthropic",
          origin: url,
          pathPrefix: "",
          transport,
          dialectFor: anthropic.dialectFor,
          authorize: anthropic.authorize,
          fields: [],
        },
        credential: storedKey(`org/${provider}/main`),
        mode: "byok",
        book: "api",
        tryIf: "always",
        reason: "",
        ...more,
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const AT = { target: "/v1/messages", path: "/v1/messages" };

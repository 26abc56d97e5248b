import assert from "node:assert/strict";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { systemClock } from "../../src/base/clock.ts";
import { ok } from "../../src/base/result.ts";
import { Secret } from "../../src/base/secret.ts";
import { openDeployment } from "../../src/composition/deployment.ts";
import { toGeneration } from "../../src/composition/generation.ts";
import { openProviders } from "../../src/composition/providers.ts";
import { CONFIG_FILE, testInputs } from "../../src/config/inputs.fixture.ts";
import { loadConfig } from "../../src/config/load.ts";
import { type Decision, decide } from "../../src/exchange/decision/decide.ts";
import type { House } from "../../src/exchange/house.ts";
import { ProviderLists } from "../../src/exchange/models/provider-lists.ts";
import { readAsked } from "../../src/exchange/request/asked.ts";
import { HeldBody, HeldBytes } from "../../src/exchange/request/body.ts";
import { readFacts } from "../../src/exchange/request/facts.ts";
import { anthropicDialect } from "../../src/ingress/anthropic/errors.ts";
import { FullSessions } from "../../src/quota/full-sessions.ts";
import { WarmPlaces } from "../../src/routing/affinity/warm-places.ts";
import { Health } from "../../src/routing/health/health.ts";
import { Latencies } from "../../src/routing/strategies/latencies.ts";
import { Turns } from "../../src/routing/strategies/turns.ts";
import type { Transport } from "../../src/upstream/transport/contract.ts";

/** One message, and who sends it. */
export interface Asking {
  readonly model: string;
  /** What the caller's Spillway key allows; undefined: the caller has none, and a subscription instead. */
  readonly models?: readonly string[] | undefined;
  readonly dataPolicy?: string | undefined;
  readonly headers?: readonly string[];
  /** It only asks for the plan's limits. */
  readonly isProbe?: boolean;
}

/** Decides as the program does, with nothing to send to. */
export type Decider = (asking: Asking) => Decision;

/** `config` is a whole configuration; keys are `env:KEY`. */
export async function openDecider(config: object, random: () => number): Promise<Decider> {
  const env = { KEY: "a-key" };
  const files = { [CONFIG_FILE]: JSON.stringify(config) };
  const loaded = await loadConfig(testInputs(files, { env }));
  assert.ok(loaded.ok, loaded.ok ? "" : JSON.stringify(loaded.error));
  const generation = toGeneration(loaded.value.config, env);
  assert.ok(generation.ok, generation.ok ? "" : generation.error);
  const { settings } = generation.value;
  const openWay = () => ok(NOWHERE);
  const deployment = openDeployment(loaded.value.config, openWay);
  assert.ok(deployment.ok);
  const surroundings = { env, homeDir: "/people/me", clock: systemClock, openWay };
  const providers = await openProviders(loaded.value.config, surroundings);
  assert.ok(providers.ok);
  const house: House = {
    search: undefined,
    directories: undefined,
    clock: systemClock,
    deployment: deployment.value,
    providers: providers.value,
    providerLists: new ProviderLists(systemClock),
    vault: { find: () => undefined, list: () => [] },
    fullSessions: new FullSessions(),
    health: new Health(systemClock, random, () => settings.failures.health),
    latencies: new Latencies(),
    turns: new Turns(),
    warm: new WarmPlaces(),
    random,
    settings: () => settings,
    get identity() {
      return unused();
    },
    get store() {
      return unused();
    },
    get budgets() {
      return unused();
    },
    get rates() {
      return unused();
    },
    get quota() {
      return unused();
    },
    get redirects() {
      return unused();
    },
    get provenance() {
      return unused();
    },
    get foreign() {
      return unused();
    },
    get learned() {
      return unused();
    },
    get firstSpills() {
      return unused();
    },
    get retryBudget() {
      return unused();
    },
    get metrics() {
      return unused();
    },
    get sessions() {
      return unused();
    },
    get log() {
      return unused();
    },
    get queues() {
      return unused();
    },
    get active() {
      return unused();
    },
    get held() {
      return unused();
    },
  };
  const held = new HeldBytes();
  return ({ model, models, dataPolicy, headers = [], isProbe = false }) => {
    const [max_tokens, content] = isProbe ? [1, "quota"] : [64, "hello"];
    const bytes = Buffer.from(
      JSON.stringify({ model, max_tokens, messages: [{ role: "user", content }] }),
    );
    const body = new HeldBody([bytes], bytes.length, held);
    const request = new IncomingMessage(new Socket());
    const asked = readAsked(headers);
    assert.ok(asked.ok);
    const own = {
      class: "subscription",
      secret: new Secret("sk-ant-oat01-of-nobody"),
    } as const;
    const caller = { principal: "dev", organisation: "local" };
    const identity =
      models === undefined
        ? { ...caller, credentialClass: own.class, own, account: "account" }
        : {
            ...caller,
            credentialClass: "virtual_key" as const,
            own: { class: "none" } as const,
            key: {
              ...caller,
              id: "key",
              name: "key",
              role: "member" as const,
              mask: "",
              createdAt: 0,
              settings: { budgets: [], timeZone: "UTC", models, dataPolicy },
            },
          };
    const call = {
      id: "spx_test",
      request,
      response: new ServerResponse(request),
      dialect: anthropicDialect,
      operation: "messages" as const,
      asked: {},
      target: "/v1/messages",
      path: "/v1/messages",
      targetFor: () => "/v1/messages",
      startedAt: 0,
      startedMs: 0,
    };
    const question = { call, identity, asked: asked.value, facts: readFacts(body), body };
    return decide(question, house, settings);
  };
}

const NOWHERE: Transport = {
  send: () => assert.fail("deciding sends nothing"),
  [Symbol.asyncDispose]: async () => {},
};

function unused(): never {
  throw new Error("deciding uses only what it says");
}

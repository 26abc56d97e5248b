import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { IdSource } from "../../base/ids.ts";
import { isObject } from "../../base/json.ts";
import { ok } from "../../base/result.ts";
import { Secret } from "../../base/secret.ts";
import { KeyRing, type NewKey, type VirtualKey } from "../../identity/keys/index.ts";
import { identify } from "../../identity/principal.ts";
import { BudgetGate } from "../../policy/budget/index.ts";
import type { WatchedQuota } from "../../quota/watch.ts";
import type { ExchangeReader } from "../../store/contract.ts";
import type { KeySettings } from "../../store/key-record.ts";
import { STARTED_AT } from "../../store/records.fixture.ts";
import type { StoredCredential } from "../../vault/index.ts";
import { Ingress } from "../handler.ts";
import type { Door } from "./caller.ts";
import { SelfService } from "./endpoints.ts";
import type { HouseViews, KeyCheck } from "./views.ts";

export const NOW_MS = STARTED_AT + 60_000;
const INSTALL_KEY = new Secret("k".repeat(64));
/** What the test's data port answers to requests that are no business of the own endpoints. */
export const FORWARDED = 299;

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Empty where the body is no JSON object. */
  readonly json: Readonly<Record<string, unknown>>;
  /** `not_found` of `Spillway: … (not_found)`. */
  readonly code: string | undefined;
}

export interface RequestOptions {
  readonly key?: string | undefined;
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Minted {
  readonly key: VirtualKey;
  readonly secret: string;
}

/** The own endpoints behind both doors, over parts that tests set. */
export interface Scene extends AsyncDisposable {
  readonly keys: KeyRing;
  readonly budgets: BudgetGate;
  readonly credentials: Map<string, StoredCredential>;
  readonly settings: {
    authRequired: boolean;
    check: KeyCheck;
    metrics: string | undefined;
    quota: readonly WatchedQuota[];
    sessionCost: HouseViews["sessionCost"];
  };
  /** Keys that the provider was asked about. */
  readonly checked: string[];
  mint(
    name: string,
    more?: Omit<Partial<NewKey>, "settings"> & { readonly settings?: Partial<KeySettings> },
  ): Promise<Minted>;
  ask(door: Door, method: string, path: string, options?: RequestOptions): Promise<Reply>;
  /** Of the data port. */
  readonly port: number;
}

export async function openScene(reader?: ExchangeReader): Promise<Scene> {
  const keys = new KeyRing({
    records: [],
    installKey: INSTALL_KEY,
    now: () => NOW_MS,
    save: async () => ok(undefined),
  });
  const budgets = new BudgetGate({ balances: new Map(), requests: new Map(), at: NOW_MS });
  const credentials = new Map<string, StoredCredential>();
  const settings: Scene["settings"] = {
    authRequired: false,
    check: { verified: true, status: 200 },
    metrics: "up 1\n",
    quota: [],
    sessionCost: async () => ({ owner: undefined, books: [] }),
  };
  const checked: string[] = [];
  const context = {
    localPrincipal: "me",
    installKey: INSTALL_KEY,
    keys,
    authRequired: () => settings.authRequired,
  };
  const views: HouseViews = {
    reader: reader ?? EMPTY,
    localPrincipal: "me",
    keys,
    vault: vaultOver(credentials),
    budgets,
    providers: ["anthropic"],
    now: () => NOW_MS,
    identify: (headers) => identify(headers, context),
    verify: async (_provider, key) => {
      checked.push(key.reveal());
      return settings.check;
    },
    ready: () => undefined,
    metrics: () => settings.metrics,
    quota: () => settings.quota,
    sessionCost: async (sessionId) => await settings.sessionCost(sessionId),
    display: () => ({ currency: "USD", rate: "1" }),
    timeZone: () => "UTC",
    pay: () => ({
      mode: undefined,
      cap: { amount: "10", currency: "USD", period: "day", timeZone: "UTC" },
      rates: { INR: "88.5" },
    }),
    redirectsTo: () => "litellm",
    status: () => ({
      pid: 1,
      version: "0",
      startedAt: NOW_MS,
      url: "http://127.0.0.1:1",
      dataDir: "/data",
      configFile: undefined,
      openStreams: 0,
      accepting: true,
      providers: [],
      queues: [],
      troubles: [],
    }),
    catalogue: async () => ({ models: [], unavailable: [] }),
    describe: () => undefined,
    models: async () => ({
      models: [
        { id: "claude-x", provider: "anthropic", displayName: "Claude X", createdAt: undefined },
        { id: "groq/llama", provider: "groq", displayName: "Llama", createdAt: undefined },
      ],
      unavailable: ["mistral"],
    }),
    explain: async () => ({
      model: "claude-x",
      class: undefined,
      rules: [],
      route: { steps: [], candidates: [], refused: [], notes: [] },
      prices: [],
      refusal: undefined,
      residency: undefined,
    }),
    picker: () => ({ prefix: "claude-spillway-", oneMillion: ["groq/*"] }),
  };
  const scope = new AsyncDisposableStack();
  const data = await serve(views, "data", scope);
  const control = await serve(views, "control", scope);
  return {
    keys,
    budgets,
    credentials,
    settings,
    checked,
    port: data,
    mint: async (name, more = {}) => {
      const { settings: own, ...rest } = more;
      const made = await keys.create({
        organisation: "local",
        name,
        ...rest,
        settings: { budgets: [], timeZone: "UTC", models: [], ...own },
      });
      assert.ok(made.ok);
      return { key: made.value.key, secret: made.value.secret.reveal() };
    },
    ask: async (door, method, path, options) =>
      await send(door === "data" ? data : control, method, path, options),
    [Symbol.asyncDispose]: async () => await scope.disposeAsync(),
  };
}

async function serve(views: HouseViews, door: Door, scope: AsyncDisposableStack): Promise<number> {
  const ingress = new Ingress({
    ids: new IdSource("spx_", () => NOW_MS),
    clock: { now: () => NOW_MS, monotonicMs: () => 0 },
    selfService: new SelfService(views, door),
    shed: () => undefined,
    run: async ({ response }) => {
      response.writeHead(FORWARDED).end();
    },
    onRefused: () => {},
    onBug: (_id, cause) => {
      throw cause;
    },
  });
  const server = createServer((incoming, response) => ingress.handle(incoming, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  scope.defer(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const address: AddressInfo | string | null = server.address();
  assert.ok(address !== null && typeof address === "object");
  return address.port;
}

/** One request on a connection of its own. */
export async function send(
  port: number,
  method: string,
  path: string,
  { key, body, headers = {} }: RequestOptions = {},
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const outgoing = request(
    {
      port,
      host: "127.0.0.1",
      agent: false,
      method,
      path,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        // Node sends the body of a DELETE without saying how long it is.
        ...(body === undefined || "transfer-encoding" in headers
          ? {}
          : { "content-length": String(Buffer.byteLength(body)) }),
        ...headers,
      },
      signal: AbortSignal.timeout(20_000),
    },
    (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text,
          json: objectIn(text),
          code: /\((\w+)\)"/.exec(text)?.[1],
        });
        outgoing.destroy();
      });
    },
  );
  outgoing.on("error", reject);
  // A body that is announced and does not come.
  if (body === undefined && headers["content-length"] !== undefined) outgoing.flushHeaders();
  else outgoing.end(body);
  return await promise;
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  if (!text.startsWith("{")) return {};
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
}

function vaultOver(credentials: Map<string, StoredCredential>): HouseViews["vault"] {
  const idOf = (organisation: string, provider: string) => `${organisation}/${provider}`;
  return {
    find: (organisation, provider) => credentials.get(idOf(organisation, provider)),
    list: (organisation) =>
      [...credentials.values()].filter((stored) => stored.organisation === organisation),
    set: async ({ organisation, provider, key, label, overflow }) => {
      const stored: StoredCredential = {
        organisation,
        provider,
        label,
        mask: "sk-ant-…wxyz",
        overflow: overflow ?? false,
        secret: key,
        createdAt: NOW_MS,
        updatedAt: NOW_MS,
      };
      credentials.set(idOf(organisation, provider), stored);
      return ok(stored);
    },
    remove: async (organisation, provider) => {
      credentials.delete(idOf(organisation, provider));
      return ok(undefined);
    },
    rotateMasterKey: async () => ok({ resealed: credentials.size }),
  };
}

/** For tests that are not about reports. */
const EMPTY: ExchangeReader = {
  events: async () => ({ events: [], nextBefore: undefined }),
  exchange: async () => undefined,
  usage: async () => [],
  activity: async () => ({ series: [], topModels: [] }),
  quota: async () => [],
  keys: async () => [],
  credentials: async () => [],
  budgetBalances: async () => new Map(),
  billedRequests: async () => new Map(),
  auditLedger: async () => ({ unbalanced: [], stuckHolds: [], orphans: [] }),
  [Symbol.asyncDispose]: async () => {},
};

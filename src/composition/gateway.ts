import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { type Clock, clockAt } from "../base/clock.ts";
import { ERRORS, type GatewayError, gatewayError } from "../base/errors.ts";
import { IdSource } from "../base/ids.ts";
import { systemRandom } from "../base/random.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { Environment } from "../config/inputs.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { ActiveExchanges } from "../exchange/active.ts";
import { FirstSpills } from "../exchange/attempt/first-spills.ts";
import { ForeignProofs } from "../exchange/attempt/foreign-proofs.ts";
import { explainRoute } from "../exchange/decision/explain-route.ts";
import { LearnedRefusals } from "../exchange/hub/amend/learned-refusals.ts";
import { allModels } from "../exchange/models/all-models.ts";
import { readCatalogue } from "../exchange/models/catalogue.ts";
import { describeName } from "../exchange/models/describe-model.ts";
import { ProviderLists } from "../exchange/models/provider-lists.ts";
import { HeldBytes } from "../exchange/request/body.ts";
import { runExchange } from "../exchange/run.ts";
import { deriveKey } from "../identity/derive-key.ts";
import { localUser } from "../identity/local-user.ts";
import { LOCAL_ORGANISATION } from "../identity/principal.ts";
import { Ingress } from "../ingress/handler.ts";
import { SelfService } from "../ingress/self-service/endpoints.ts";
import { modelsView } from "../ingress/self-service/models.ts";
import type { HouseViews } from "../ingress/self-service/views.ts";
import { listenOnControlSocket } from "../listener/control-socket.ts";
import { connectionLimit } from "../listener/file-handles.ts";
import { listen, stopAccepting, urlOf } from "../listener/listen.ts";
import { PressureGauge, processPressure } from "../listener/pressure.ts";
import { makeServer } from "../listener/server.ts";
import type { ExchangeLog } from "../observe/exchange-log.ts";
import type { Journal } from "../observe/journal.ts";
import { ExchangeMetrics } from "../observe/metrics.ts";
import { openSessionCosts } from "../observe/session-costs.ts";
import { LocalRates } from "../policy/rate-limit/index.ts";
import { FullSessions } from "../quota/full-sessions.ts";
import { WarmPlaces } from "../routing/affinity/warm-places.ts";
import { RetryBudget } from "../routing/failure/retry-budget.ts";
import { Health } from "../routing/health/health.ts";
import { systemQueueTime, UpstreamQueues } from "../routing/queue/index.ts";
import { Latencies } from "../routing/strategies/latencies.ts";
import { Turns } from "../routing/strategies/turns.ts";
import { writeServerInfo } from "../store/server-info.ts";
import { openWhenFree } from "../store/sqlite/open-when-free.ts";
import { openAccounts } from "./accounts.ts";
import { checkKey } from "./check-key.ts";
import { openDeployment } from "./deployment.ts";
import { drain, drainingError } from "./drain.ts";
import { toGeneration } from "./generation.ts";
import { openProviders } from "./providers.ts";
import { openRedirects } from "./redirect.ts";
import { openSearch } from "./search.ts";
import { openState } from "./state.ts";
import { keptViews } from "./views.ts";
import { readWays } from "./ways.ts";

/** What a gateway is built from; `serve.ts` reads it from the process. */
export interface GatewayOptions {
  readonly loaded: LoadedConfig;
  readonly version: string;
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
  readonly homeDir: string;
  /** Asked for a proxy where the configuration says so. */
  readonly env: Environment;
  readonly journal: Journal;
  readonly log: ExchangeLog;
}

/** A running gateway; disposing it closes everything, in the reverse order of opening. */
export interface Gateway extends AsyncDisposable {
  readonly url: string;
  /** Takes over a new configuration; an exchange keeps the one it began with. Nothing changes on failure. */
  apply(config: Config): Result<void, string>;
  /** The models of this machine's owner, as the control socket tells them. */
  models(): Promise<ReturnType<typeof modelsView>>;
  /** Stops accepting, lets exchanges finish, and ends what is left after `timeouts.drain`. */
  drain(): Promise<void>;
}

const OVERLOADED_RETRY_MS = 2_000;

/** Opens everything in order; when a later part fails, what was opened is closed again. */
export async function openGateway(options: GatewayOptions): Promise<Result<Gateway, string>> {
  await using scope = new AsyncDisposableStack();
  const { clock, journal, version } = options;
  const first = toGeneration(options.loaded.config, options.env);
  if (!first.ok) return first;
  let current = first.value;
  const { config } = current;
  const dataDir = config.data.dir;
  const bootId = randomUUID();
  const startedAt = clock.now();

  const opened = await openWhenFree({
    dataDir,
    clock,
    bootId,
    onProblem: ({ kind, message }) =>
      journal(kind === "write_recovered" ? "info" : "error", `store.${kind}`, message),
  });
  if (!opened.ok) return fail(opened.error.message);
  const store = scope.use(opened.value);
  if (store.recovered > 0) {
    journal(
      "warn",
      "store.recovered",
      `Closed ${store.recovered} exchanges that an earlier run left open.`,
    );
  }

  const state = await openState({
    config,
    store,
    clock,
    journal,
  });
  if (!state.ok) return state;
  const { installKey, keys, vault, budgets, quota } = scope.use(state.value);
  if (config.auth.required && keys.list().length === 0) {
    journal(
      "warn",
      "auth.no_key",
      "auth.required is on, and there is no key yet: nobody is let in. Make the first one: spillway keys create --name NAME",
    );
  }

  const openWay = await readWays(config, options.env);
  const reached = openDeployment(config, openWay);
  if (!reached.ok) return reached;
  const deployment = reached.value;
  scope.use(deployment.transport);
  const others = await openProviders(config, { ...options, openWay });
  if (!others.ok) return others;
  const providers = scope.use(others.value);
  const configured = Object.keys(config.providers).flatMap(
    (id) => providers.get(id)?.deployment ?? [],
  );
  const searched = openSearch(config, openWay);
  if (!searched.ok) return searched;
  const { search, transport: searchWay } = searched.value ?? {};
  if (searchWay !== undefined) scope.use(searchWay);
  const pressure = scope.use(
    new PressureGauge(
      () => ({
        loopDelayMs: current.config.limits.loopDelay,
        heapPercent: current.config.limits.heapPercent,
      }),
      processPressure(clock.monotonicMs),
    ),
  );
  const active = new ActiveExchanges();
  const held = new HeldBytes();
  const queues = new UpstreamQueues(systemQueueTime(clock));
  const health = new Health(clock, systemRandom, () => current.settings.failures.health);
  const retryBudget = new RetryBudget();
  const metrics = new ExchangeMetrics({
    openStreams: () => active.count,
    heldBytes: () => held.used,
    queued: () => queues.waiting,
    repeating: () => retryBudget.repeating,
    unfit: () =>
      health.troubles().map(({ provider, ...trouble }) => [provider, trouble.state] as const),
    loopDelayP99Seconds: () => pressure.loopDelayP99Ms / 1_000,
  });
  const sessions = openSessionCosts(store.reader, startedAt);
  const redirects = scope.use(
    openRedirects({ current: () => current, quota, deployment, clock, journal, metrics }),
  );
  let draining = false;
  let url = "";
  const house = {
    clock,
    identity: {
      localPrincipal: localUser(),
      installKey,
      keys,
      authRequired: () => current.config.auth.required,
    },
    vault,
    budgets,
    rates: new LocalRates(clock.monotonicMs),
    fullSessions: new FullSessions(),
    redirects,
    provenance: deriveKey(installKey, "spillway thinking"),
    foreign: new ForeignProofs(),
    learned: new LearnedRefusals(clock.monotonicMs),
    firstSpills: new FirstSpills(),
    deployment,
    providers,
    search,
    providerLists: new ProviderLists({ monotonicMs: clock.monotonicMs }),
    latencies: new Latencies(),
    warm: new WarmPlaces(),
    turns: new Turns(),
    store,
    quota,
    directories: await openAccounts({ ...options, paths: config.quota.accounts, installKey }),
    health,
    retryBudget,
    random: systemRandom,
    metrics,
    sessions,
    log: options.log,
    queues,
    active,
    held,
    settings: () => current.settings,
  };
  const views: HouseViews = {
    ...keptViews({
      store,
      state: state.value,
      identity: house.identity,
      clock,
      current: () => current,
      providers: providers.ids,
      verify: async (id, key) => await checkKey({ deployment, providers }, id, key),
      models: async (organisation) => await allModels(house, organisation, current.settings.models),
      catalogue: async (organisation) =>
        await readCatalogue(house, organisation, current.settings, health.troubles()),
      describe: (model) => describeName(model, house, current.settings, health.troubles()),
      explain: async (question, atMs) =>
        explainRoute(
          question,
          { ...house, clock: clockAt(clock, atMs), turns: house.turns.copy() },
          current.settings,
        ),
    }),
    ready: () => {
      if (draining) return "draining";
      return store.accepting ? undefined : "accounting_unavailable";
    },
    quota: () => quota.snapshot().map((known) => ({ ...known, redirect: redirects.noteOf(known) })),
    sessionCost: async (sessionId) => await sessions.find(sessionId),
    metrics: () => (current.config.metrics.enabled ? metrics.expose() : undefined),
    status: () => ({
      pid: process.pid,
      version,
      startedAt,
      url,
      dataDir,
      configFile: options.loaded.file,
      openStreams: active.count,
      accepting: !draining && store.accepting,
      providers: [deployment, ...configured].map(({ provider: id, origin, limits }) => ({
        id,
        origin,
        limits,
      })),
      queues: queues.states(),
      troubles: health.troubles(),
    }),
  };
  const shed = (): GatewayError | undefined => {
    if (draining) return drainingError();
    return pressure.shedding ? overloadedError() : undefined;
  };
  const ingressFor = (door: "data" | "control") =>
    new Ingress({
      ids: new IdSource("spx_", clock.now),
      clock,
      selfService: new SelfService(views, door),
      shed,
      run: (call) => active.during(runExchange(call, house)),
      onRefused: (id, error) => {
        metrics.refused({ code: error.code, source: ERRORS[error.code].source });
        options.log.refused({ id, operation: "none", error });
      },
      onBug: (id, cause) => journal("error", "exchange.bug", `${id}: ${textOf(cause)}`),
    });

  const { server, uploads } = makeServer({
    requestHeadersMs: config.timeouts.requestHeaders,
    clientKeepAliveMs: config.timeouts.clientKeepAlive,
    uploadWindowMs: config.timeouts.uploadWindow,
    uploadBytesPerSecond: config.timeouts.uploadBytesPerSecond,
    maxConnections: await connectionLimit(config.listener.maxConnections, (message) =>
      journal("warn", "listener.file_handles", message),
    ),
    monotonicMs: clock.monotonicMs,
    policy: () => current.policy,
    handler: ingressFor("data"),
  });
  scope.use(uploads);
  scope.defer(() => server.closeAllConnections());
  const control = await listenOnControlSocket(
    { dataDir, tempDir: tmpdir(), platform: options.platform },
    ingressFor("control"),
  );
  scope.defer(async () => {
    control.server.closeAllConnections();
    await stopAccepting(control.server);
  });
  const listening = await listen(server, config.listener);
  if (!listening.ok) return listening;
  url = urlOf(config.listener.bind, listening.value);
  await writeServerInfo(dataDir, {
    pid: process.pid,
    bootId,
    startedAt,
    url,
    controlSocket: control.path,
  });

  const closing = scope.move();
  return ok({
    url,
    apply(next) {
      const generation = toGeneration(next, options.env);
      if (generation.ok) current = generation.value;
      return generation.ok ? ok(undefined) : generation;
    },
    models: async () => modelsView(await views.models(LOCAL_ORGANISATION), views.picker()),
    async drain() {
      draining = true;
      await drain({ server, active, withinMs: current.config.timeouts.drain });
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  });
}

function overloadedError(): GatewayError {
  return gatewayError("overloaded", "This gateway is out of head-room; repeat in a moment", {
    retryAfterMs: OVERLOADED_RETRY_MS,
  });
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

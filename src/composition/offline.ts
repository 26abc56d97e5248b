import { randomUUID } from "node:crypto";
import { type Clock, clockAt, systemClock } from "../base/clock.ts";
import { parseJson } from "../base/json.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { Secret } from "../base/secret.ts";
import type { Control, ControlAnswer, ControlRefusal, ControlRequest } from "../cli/control.ts";
import { type Environment, ownHome } from "../config/inputs.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { explainRules } from "../exchange/decision/explain-route.ts";
import type { CatalogueView } from "../exchange/models/catalogue.ts";
import type { OtherModels } from "../exchange/models/other-models.ts";
import { localUser } from "../identity/local-user.ts";
import { anthropicDialect } from "../ingress/anthropic/errors.ts";
import { SelfService } from "../ingress/self-service/endpoints.ts";
import type { KeyCheck, ProcessStatus } from "../ingress/self-service/views.ts";
import type { Journal } from "../observe/journal.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { Providers } from "../routing/providers.ts";
import { openSqliteStore } from "../store/sqlite/open.ts";
import { PROVIDERS } from "../upstream/providers/registry.generated.ts";
import { type Generation, toGeneration } from "./generation.ts";
import { openState, type State } from "./state.ts";
import { keptViews } from "./views.ts";

export interface OfflineOptions {
  readonly loaded: LoadedConfig;
  readonly version: string;
  readonly clock: Clock;
  readonly env: Environment;
  readonly journal: Journal;
}

const MAX_ANSWER_BYTES = 64 * 2 ** 20;

/**
 * The endpoints of the control socket without a server: the same code over the same store, which this process has for
 * itself meanwhile. So keys can be made before the first start.
 */
export async function openOfflineControl(
  options: OfflineOptions,
): Promise<Result<Control, ControlRefusal>> {
  await using scope = new AsyncDisposableStack();
  const { clock, journal, loaded } = options;
  const { config } = loaded;
  const current = toGeneration(config, options.env);
  if (!current.ok) return unusable(current.error);
  const opened = await openSqliteStore({
    dataDir: config.data.dir,
    clock,
    bootId: randomUUID(),
    onProblem: ({ kind, message }) => journal("warn", `store.${kind}`, message),
  });
  if (!opened.ok) {
    const { kind, message } = opened.error;
    return fail({ isBusy: kind === "already_running", message });
  }
  const store = scope.use(opened.value);
  const state = await openState({ config, store, clock, journal });
  if (!state.ok) return unusable(state.error);
  scope.use(state.value);
  const { installKey, keys } = state.value;
  const endpoints = new SelfService(
    {
      ...keptViews({
        store,
        state: state.value,
        identity: {
          localPrincipal: localUser(),
          installKey,
          keys,
          authRequired: () => config.auth.required,
        },
        clock,
        current: () => current.value,
        providers: [...new Set([...PROVIDERS.keys(), ...Object.keys(config.providers)])],
        verify: async (id, key) => await verifyOnce(config, options.env, { id, key }),
        models: async (organisation) =>
          await modelsOnce(options, state.value, current.value, organisation),
        catalogue: async (organisation) =>
          await catalogueOnce(options, state.value, current.value, organisation),
        describe: () => undefined,
        explain: async (question, atMs) => {
          const house = { ...state.value, clock: clockAt(clock, atMs) };
          const explained = explainRules(question, house, current.value.settings);
          return { ...explained, route: { ...explained.route, notes: [RULES_ONLY] } };
        },
      }),
      ready: () => "no server runs",
      metrics: () => undefined,
      status: () => statusOf(options),
      sessionCost: async () => ({ owner: undefined, books: [] }),
    },
    "control",
  );
  const closing = scope.move();
  return ok({
    send: async (request) => ok(await answer(endpoints, request)),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  });
}

const RULES_ONLY = "no server runs, so nobody looked where the name leads to";

function unusable(message: string): Result<never, ControlRefusal> {
  return fail({ isBusy: false, message });
}

async function answer(
  endpoints: SelfService,
  { method, path, body = {} }: ControlRequest,
): Promise<ControlAnswer> {
  const answered = await endpoints.answer({
    method,
    target: path,
    headers: [],
    body: async () => ok(body),
  });
  const { status, body: text } = answered.ok
    ? answered.value
    : anthropicDialect.renderError(answered.error.error, "");
  const parsed = parseJson(text, { maxBytes: MAX_ANSWER_BYTES });
  return { status, body: parsed.ok ? parsed.value : undefined };
}

/** Few commands ask providers, so the ways to them are opened for the one question. */
async function withProviders<T>(
  config: Config,
  env: Environment,
  ask: (reached: { readonly deployment: Deployment; readonly providers: Providers }) => Promise<T>,
): Promise<T | undefined> {
  const [{ openDeployment }, { readWays }, { openProviders }] = await Promise.all([
    import("./deployment.ts"),
    import("./ways.ts"),
    import("./providers.ts"),
  ]);
  const openWay = await readWays(config, env);
  const reached = openDeployment(config, openWay);
  const others = await openProviders(config, {
    env,
    homeDir: ownHome(),
    clock: systemClock,
    openWay,
  });
  if (!reached.ok || !others.ok) return undefined;
  await using _transport = reached.value.transport;
  await using providers = others.value;
  return await ask({ deployment: reached.value, providers });
}

async function verifyOnce(
  config: Config,
  env: Environment,
  { id, key }: { readonly id: string; readonly key: Secret },
): Promise<KeyCheck> {
  const { checkKey } = await import("./check-key.ts");
  const checked = await withProviders(config, env, (reached) => checkKey(reached, id, key));
  return checked ?? { verified: null };
}

async function modelsOnce(
  { loaded, env, clock }: OfflineOptions,
  { vault }: State,
  { settings }: Generation,
  organisation: string,
): Promise<OtherModels> {
  const [{ allModels }, { ProviderLists }] = await Promise.all([
    import("../exchange/models/all-models.ts"),
    import("../exchange/models/provider-lists.ts"),
  ]);
  const providerLists = new ProviderLists({ monotonicMs: clock.monotonicMs });
  const found = await withProviders(loaded.config, env, (reached) =>
    allModels({ ...reached, vault, providerLists }, organisation, settings.models),
  );
  return found ?? { models: [], unavailable: [] };
}

async function catalogueOnce(
  { loaded, env, clock }: OfflineOptions,
  { vault }: State,
  { settings }: Generation,
  organisation: string,
): Promise<CatalogueView> {
  const [{ readCatalogue }, { ProviderLists }] = await Promise.all([
    import("../exchange/models/catalogue.ts"),
    import("../exchange/models/provider-lists.ts"),
  ]);
  const providerLists = new ProviderLists({ monotonicMs: clock.monotonicMs });
  const found = await withProviders(loaded.config, env, (reached) =>
    readCatalogue({ ...reached, vault, providerLists }, organisation, settings, []),
  );
  return found ?? { models: [], unavailable: [] };
}

function statusOf({ loaded, version, clock }: OfflineOptions): ProcessStatus {
  return {
    pid: process.pid,
    version,
    startedAt: clock.now(),
    url: "",
    dataDir: loaded.config.data.dir,
    configFile: loaded.file,
    openStreams: 0,
    accepting: false,
    providers: [],
    queues: [],
    troubles: [],
  };
}

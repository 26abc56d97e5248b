import type { Secret } from "../../base/secret.ts";
import type { Deployment } from "../../routing/deployment.ts";
import { fetchModelList, type ListModels, type ProvidedModel } from "../../upstream/model-list.ts";
import { repeats } from "../answer/mask-secret.ts";

/** A provider to be asked for its models, with its own credential and nobody else's. */
export interface ListSource {
  readonly deployment: Deployment;
  /** Path and query. */
  readonly target: string;
  /** Undefined: it needs none. */
  readonly key: Secret | undefined;
  /** Asked in place of the target. */
  readonly listModels?: ListModels | undefined;
}

export interface ProviderListsOptions {
  readonly monotonicMs: () => number;
  /** How long a client waits for all of them together. */
  readonly waitMs?: number;
  /** How long one may take, for the next who asks. */
  readonly fetchMs?: number;
  /** How long an answer is good for. */
  readonly freshMs?: number;
  /** How long one that failed is left alone. */
  readonly retryMs?: number;
}

interface Entry {
  /** The last that came whole, also while the provider fails. */
  models: readonly ProvidedModel[] | undefined;
  dueAtMs: number;
  pending: Promise<void> | undefined;
}

const MAX_ENTRIES = 500;

/** Remembers the providers' lists of models, organisation by organisation. Owned by the house, one for each process. */
export class ProviderLists {
  readonly #options: Required<ProviderListsOptions>;
  readonly #entries = new Map<string, Entry>();

  constructor(options: ProviderListsOptions) {
    this.#options = {
      waitMs: 1_000,
      fetchMs: 10_000,
      freshMs: 5 * 60_000,
      retryMs: 15_000,
      ...options,
    };
  }

  /** The lists in the order of the sources; undefined for one that failed, or is slower than anybody waits. */
  async read(
    organisation: string,
    sources: readonly ListSource[],
  ): Promise<readonly (readonly ProvidedModel[] | undefined)[]> {
    const entries = sources.map((source) => this.#entryFor(organisation, source));
    const pending = entries.flatMap((entry) => entry.pending ?? []);
    if (pending.length > 0) await within(Promise.all(pending), this.#options.waitMs);
    return entries.map(({ models }) => models);
  }

  /** What a provider listed when it was last asked; nobody is asked for this. */
  known(organisation: string, provider: string): readonly string[] {
    return this.#entries.get(nameOf(organisation, provider))?.models?.map(({ id }) => id) ?? [];
  }

  #entryFor(organisation: string, source: ListSource): Entry {
    const name = nameOf(organisation, source.deployment.provider);
    const known = this.#entries.get(name);
    const entry = known ?? {
      models: undefined,
      dueAtMs: Number.NEGATIVE_INFINITY,
      pending: undefined,
    };
    if (known === undefined) this.#remember(name, entry);
    const isDue = entry.pending === undefined && this.#options.monotonicMs() >= entry.dueAtMs;
    if (isDue) entry.pending = this.#refresh(entry, source);
    return entry;
  }

  #remember(name: string, entry: Entry): void {
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= MAX_ENTRIES && oldest.done === false)
      this.#entries.delete(oldest.value);
    this.#entries.set(name, entry);
  }

  async #refresh(entry: Entry, source: ListSource): Promise<void> {
    const { deployment, target, key, listModels } = source;
    const { monotonicMs, fetchMs, freshMs, retryMs } = this.#options;
    const { transport, fields } = deployment;
    const credential = key === undefined ? [] : deployment.authorize(key);
    const asked = { target, fields: [...fields, ...credential] };
    const models = await (listModels?.(fetchMs) ?? fetchModelList(transport, asked, fetchMs));
    entry.models =
      models === undefined ? entry.models : models.filter((model) => !tells(model, key));
    entry.dueAtMs = monotonicMs() + (models === undefined ? retryMs : freshMs);
    entry.pending = undefined;
  }
}

function nameOf(organisation: string, provider: string): string {
  return `${organisation}\n${provider}`;
}

/** A list is shown to people who must not see the key. */
function tells({ id, displayName = "" }: ProvidedModel, key: Secret | undefined): boolean {
  return key !== undefined && (repeats(id, key) || repeats(displayName, key));
}

async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([work, late.promise]);
  clearTimeout(timer);
}

import { gatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import type {
  Flow,
  ResponseHead,
  ResponseSink,
  TransportFailure,
} from "../../upstream/transport/contract.ts";
import { type ClaudePage, KNOWN_CLAUDE, MAX_LIST_BYTES, readClaudePage } from "./claude-list.ts";
import type { ListedModel } from "./listed-model.ts";
import type { MergedList } from "./merged-list.ts";

/** What a merged list is made from. */
export interface ListTranslation {
  readonly list: MergedList;
  /** The caller does not know the key, so what is wrong with it is no answer. */
  readonly hasStoredKey: boolean;
  /** The page behind an id; undefined where there is none to be had. */
  readonly nextPage: (after: string) => Promise<ClaudePage | undefined>;
}

/** What describes Anthropic's bytes, and not ours. */
const OF_THE_BODY: ReadonlySet<string> = new Set([
  "content-type",
  "content-length",
  "content-encoding",
  "transfer-encoding",
  "etag",
]);
const MAX_PAGES = 20;

/**
 * Stands between Anthropic's list of models and the exchange, which sees the merged one. A refusal of the caller's own
 * credential goes through as it is.
 */
export class ListedAnswer implements ResponseSink {
  readonly #inner: ResponseSink;
  readonly #translation: ListTranslation;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #head: ResponseHead | undefined;
  #flow: Flow = { pause: () => {}, resume: () => {} };
  #isPassedOn = false;

  constructor(inner: ResponseSink, translation: ListTranslation) {
    this.#inner = inner;
    this.#translation = translation;
  }

  onHead(head: ResponseHead, flow: Flow): void {
    const { list, hasStoredKey } = this.#translation;
    this.#head = head;
    this.#flow = flow;
    const isRedirect = head.status >= 300 && head.status < 400;
    this.#isPassedOn = isRedirect || (head.status >= 300 && !hasStoredKey);
    if (this.#isPassedOn) this.#inner.onHead(head, flow);
    else void list.others();
  }

  onData(chunk: Buffer): void {
    if (this.#isPassedOn) {
      this.#inner.onData(chunk);
      return;
    }
    this.#bytes += chunk.length;
    if (this.#bytes <= MAX_LIST_BYTES) this.#chunks.push(chunk);
  }

  onEnd(): void {
    if (this.#isPassedOn) this.#inner.onEnd();
    else this.#tell().catch((cause: unknown) => this.#inner.onFailure(bug(cause)));
  }

  onFailure(failure: TransportFailure): void {
    this.#inner.onFailure(failure);
  }

  async #tell(): Promise<void> {
    const answer = await this.#translation.list.answer(await this.#claude());
    if (!answer.ok) {
      this.#inner.onFailure({ error: answer.error, ...NO_REPETITION });
      return;
    }
    const { head, body } = answer.value;
    const headers = [...limitFields(this.#head?.headers ?? []), ...head.headers];
    this.#inner.onHead({ ...head, headers }, this.#flow);
    this.#inner.onData(body);
    this.#inner.onEnd();
  }

  async #claude(): Promise<readonly ListedModel[]> {
    const isWhole = (this.#head?.status ?? 0) < 300 && this.#bytes <= MAX_LIST_BYTES;
    const first = isWhole ? readClaudePage(Buffer.concat(this.#chunks)) : undefined;
    if (first === undefined) return KNOWN_CLAUDE;
    const models = [...first.models];
    let { after } = first;
    for (let pages = 1; after !== undefined && pages < MAX_PAGES; pages += 1) {
      const page = await this.#translation.nextPage(after);
      models.push(...(page?.models ?? []));
      after = page?.after;
    }
    return models;
  }
}

/** The limits and the like: they are looked at as on every answer. */
function limitFields(headers: HeaderList): readonly string[] {
  return headers.filter((_, i) => !OF_THE_BODY.has((headers[i - (i % 2)] ?? "").toLowerCase()));
}

const NO_REPETITION = { beforeResponse: false, onReusedConnection: false } as const;

function bug(cause: unknown): TransportFailure {
  const message = "This is a bug in Spillway: its list of models could not be made";
  return { error: gatewayError("internal", message, { cause }), ...NO_REPETITION };
}

import assert from "node:assert/strict";
import { call, type HttpAnswer, startTestGateway } from "../fault/rig.ts";
import {
  type Answer,
  adjusted,
  failure,
  message,
  type Responder,
  unifiedHeaders,
} from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import {
  assertBooksBalance,
  bearer,
  credentialOf,
  forgetKey,
  type MadeKey,
  makeKey,
  providerKey,
  sessionToken,
  storeKey,
} from "./rig.ts";
import { MODES, type Outcome, type Payer, type PayMode, payersOf, type Setup } from "./who-pays.ts";

/** The limits of the stored key's organisation, which are nobody else's business. */
const KEY_LIMITS = ["anthropic-ratelimit-requests-remaining", "7"];

const ANSWERS: Readonly<Record<Outcome, Responder>> = {
  ok: message({ content: [text("Hello.")] }, {}, unifiedHeaders()),
  quota: failure(429, "the plan's limit", [
    "retry-after",
    "3599",
    ...unifiedHeaders({ status: "rejected", claim: "five_hour", fiveHour: 1 }),
  ]),
  busy: failure(429, "too many at once", ["Retry-After", "2"]),
  invalid: failure(400, "no such tool"),
  unauthorised: failure(401, "who are you"),
  forbidden: failure(403, "not you"),
  broken: failure(500, "oh no"),
  overloaded: failure(529, "later"),
  reset: adjusted(message({ content: [] }), { delivery: { breakBeforeHead: "reset" } }),
};

/** One request: what it brings, and what the upstream says to each credential. */
export interface Played {
  readonly setup: Setup;
  /** To the caller's own credential, or to the stored key where that is the only one. */
  readonly outcome: Outcome;
  /** To the stored key, where it comes second. */
  readonly second: Outcome;
  readonly stream: boolean;
  readonly token: string;
  /** `x-br-*` instead of `x-spillway-*`. */
  readonly usesAliases: boolean;
}

/** What was seen of it at both ends. */
export interface Seen {
  readonly answer: HttpAnswer;
  readonly calls: readonly RecordedRequest[];
  readonly body: string;
}

/** A gateway with one configuration, an upstream that follows the requests' own script, a key for each mode. */
export class Table implements AsyncDisposable {
  readonly gateway: Gateway;
  readonly upstream: AnthropicUpstream;
  readonly #keys: ReadonlyMap<PayMode | undefined, MadeKey>;
  readonly #scope: AsyncDisposableStack;
  readonly #answered = new WeakMap<RecordedRequest, Answer>();
  #stored = "";
  #serial = 0;

  private constructor(
    parts: { readonly gateway: Gateway; readonly upstream: AnthropicUpstream },
    keys: ReadonlyMap<PayMode | undefined, MadeKey>,
    scope: AsyncDisposableStack,
  ) {
    this.gateway = parts.gateway;
    this.upstream = parts.upstream;
    this.#keys = keys;
    this.#scope = scope;
  }

  static async open(config: string): Promise<Table> {
    await using scope = new AsyncDisposableStack();
    const upstream = scope.use(await startAnthropicUpstream());
    const gateway = scope.use(await startTestGateway(upstream.url, { config }));
    scope.defer(() => assertBooksBalance(gateway));
    const keys = new Map<PayMode | undefined, MadeKey>();
    for (const mode of MODES) {
      keys.set(mode, await makeKey(gateway, mode === undefined ? {} : { mode }));
    }
    return new Table({ gateway, upstream }, keys, scope.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.disposeAsync();
  }

  async store(stored: Setup["stored"]): Promise<void> {
    this.#stored = providerKey();
    if (stored === "none") await forgetKey(this.gateway);
    else await storeKey(this.gateway, this.#stored, { overflow: stored === "spills" });
    this.forget();
  }

  /** Begins anew with an upstream that was asked nothing. */
  forget(): void {
    this.upstream.reset();
    this.upstream.on(
      ({ target }) => target === "/v1/messages",
      async (request, serial) => {
        const answer = await this.#answerTo(request, serial);
        this.#answered.set(request, answer);
        return answer;
      },
    );
  }

  async #answerTo(request: RecordedRequest, serial: number): Promise<Answer> {
    const isStored = this.payerOf(request) === "stored";
    const [, own = "", stored = ""] = /play (\w+) (\w+)/.exec(request.body.toString()) ?? [];
    const name = isStored ? stored : own;
    assert.ok(isOutcome(name));
    const answer = await ANSWERS[name](request, serial);
    return isStored ? { ...answer, headers: [...answer.headers, ...KEY_LIMITS] } : answer;
  }

  payerOf(request: RecordedRequest): Payer {
    const credential = credentialOf(request);
    if (credential === undefined) return "nobody";
    if (credential === this.#stored) return "stored";
    assert.match(credential, /^sk-ant-oat01-/);
    return "session";
  }

  async play(request: Played): Promise<Seen> {
    const { setup, usesAliases, outcome, second, stream, token } = request;
    this.#serial += 1;
    const script = payersOf(setup).length === 2 ? second : outcome;
    const tag = `play ${outcome} ${script} number ${this.#serial} `;
    const content = [{ role: "user", content: tag }];
    const body = JSON.stringify({
      model: "claude-opus-5-5",
      max_tokens: 64,
      ...(stream ? { stream } : {}),
      messages: content,
    });
    const key = setup.hasKey ? this.#keys.get(setup.keyMode)?.secret : undefined;
    const prefix = usesAliases ? "x-br-" : "x-spillway-";
    const answer = await call(this.gateway, {
      body,
      headers: {
        ...(key === undefined ? {} : { [usesAliases ? "x-br-api-key" : "x-spillway-key"]: key }),
        ...(setup.asksOverflow ? { [`${prefix}overflow`]: "byok" } : {}),
        ...(setup.hasSession ? bearer(token) : {}),
      },
    });
    const calls = this.upstream.requests.filter((seen) => seen.body.includes(tag));
    return { answer, calls, body };
  }

  /** The bytes and the fields with which the upstream answered a call. */
  sentBy(request: RecordedRequest): Answer {
    const answer = this.#answered.get(request);
    assert.ok(answer);
    return answer;
  }

  keyOf(mode: PayMode | undefined): MadeKey {
    const key = this.#keys.get(mode);
    assert.ok(key);
    return key;
  }
}

function isOutcome(name: string): name is Outcome {
  return Object.hasOwn(ANSWERS, name);
}

export function played(setup: Setup, more: Partial<Played> = {}): Played {
  return {
    setup,
    outcome: "ok",
    second: "ok",
    stream: false,
    usesAliases: false,
    token: sessionToken(),
    ...more,
  };
}

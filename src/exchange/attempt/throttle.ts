import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { Candidate } from "../../routing/candidate.ts";
import {
  type Busy,
  type Claim,
  type Permit,
  pauseMs,
  type Waiting,
} from "../../routing/queue/index.ts";
import type { ResponseHead } from "../../upstream/transport/contract.ts";
import type { ClientSide } from "../answer/client-side.ts";
import type { House } from "../house.ts";
import { PAID, type PurseOwner } from "../money/purse.ts";
import { estimateTokens } from "../request/token-estimate.ts";
import type { Entered } from "./attempt-plan.ts";

/** A stream's client hears nothing for so long before it is told that its request lives (design R6). */
const PING_MS = 10_000;
const EVENT_STREAM = "text/event-stream";

type Place = Result<Entered, GatewayError>;

/** The places of one exchange at the upstreams that it is tried at. */
export class Throttle {
  readonly #house: Pick<House, "queues" | "metrics" | "clock" | "active">;
  readonly #owner: PurseOwner;
  readonly #client: ClientSide;
  readonly #tokens: number;
  #permit: Permit | undefined;
  /** At all candidates together: several that are full are no reason to wait longer. */
  #waitedMs = 0;

  constructor(
    house: Pick<House, "queues" | "metrics" | "clock" | "active">,
    owner: PurseOwner,
    client: ClientSide,
  ) {
    this.#house = house;
    this.#owner = owner;
    this.#client = client;
    this.#tokens = estimateTokens(owner.body);
  }

  /** Whether a candidate's upstream would take the request at once. */
  hasRoom(candidate: Candidate): boolean {
    return this.#queueOf(candidate)?.hasRoom(this.#tokens) ?? true;
  }

  /**
   * A place at the candidate's upstream; to be disposed when its answer is over. Nobody waits where another candidate has
   * room: `upstream_busy` then, as when the wait was in vain.
   */
  async enter(candidate: Candidate, hasRoomElsewhere: boolean): Promise<Place> {
    const { provider, limits } = this.#limitedBy(candidate);
    const queue = this.#queueOf(candidate);
    if (queue === undefined || limits === undefined) return ok(NO_PLACE);
    const claim = this.#claim();
    const permit = queue.enter(claim);
    if (permit !== undefined) return this.#entered(permit);
    const leftMs = hasRoomElsewhere ? 0 : Math.max(0, limits.waitMs - this.#waitedMs);
    const result = await this.#whileWaiting(queue.wait(claim, leftMs));
    this.#waitedMs += result.ok ? result.value.waitedMs : result.error.waitedMs;
    const { metrics } = this.#house;
    if (result.ok) {
      metrics.queued(provider, result.value.waitedMs);
      return this.#entered(result.value);
    }
    if (this.#client.gone) return fail(LEFT);
    const { cut } = this.#house.active;
    if (cut !== undefined) return fail(cut);
    metrics.queueRefused(provider, result.error.reason);
    return fail(busyError(provider, result.error));
  }

  /** What an upstream tells of its limits holds back the next ones. */
  observe({ status, headers }: ResponseHead, candidate: Candidate): void {
    const queue = this.#queueOf(candidate);
    if (queue === undefined) return;
    const ms = pauseMs(status, headers, this.#house.clock.now());
    if (ms > 0) queue.pause(ms);
  }

  /** One request more is sent for the answer that has a place already. */
  again(): void {
    this.#permit?.again();
  }

  /** What was used in the end; unknown usage stays what was taken for it. */
  settle(tokens: number | undefined): void {
    if (tokens !== undefined) this.#permit?.settle(tokens);
  }

  #limitedBy({ deployment, model }: Candidate) {
    return deployment.limitsFor?.(model ?? this.#owner.facts.model ?? "") ?? deployment;
  }

  #queueOf(candidate: Candidate) {
    const { credential } = candidate;
    const limited = this.#limitedBy(candidate);
    if (limited.limits === undefined) return undefined;
    const { call, identity } = this.#owner;
    if (!PAID.has(call.operation)) return undefined;
    // Two logins of one person have limits of their own.
    const owner = credential.kind === "own" ? (identity.account ?? credential.owner) : undefined;
    return this.#house.queues.find(limited, owner ?? credential.owner);
  }

  #claim(): Claim {
    const { identity, sessionId = "" } = this.#owner;
    const principal = `${identity.organisation}/${identity.principal}`;
    return { principal, session: sessionId, tokens: this.#tokens };
  }

  #entered(permit: Permit): Place {
    this.#permit = permit;
    return ok(permit);
  }

  /** A client that leaves, and the end of the process, give the place in the queue back. */
  async #whileWaiting({ done, leave }: Waiting) {
    const { active } = this.#house;
    const cuttable = { cut: leave };
    active.add(cuttable);
    this.#client.onGone(leave);
    if (this.#client.gone) leave();
    const pings = setInterval(() => this.#ping(), PING_MS);
    const result = await done;
    clearInterval(pings);
    active.remove(cuttable);
    return result;
  }

  #ping(): void {
    const { call, facts } = this.#owner;
    const { ping, streamType = EVENT_STREAM } = call.dialect.canonical;
    const isStream = call.operation === "messages" && facts.stream === true;
    if (isStream && streamType === EVENT_STREAM) this.#client.keepAlive(ping);
  }
}

const NO_PLACE: Entered = { [Symbol.dispose]: () => {} };
const LEFT = gatewayError("client_closed", "The client left while its request waited");

function busyError(provider: string, { reason, retryAfterMs, waitedMs }: Busy): GatewayError {
  const why = {
    full: "and as many requests as may wait are waiting",
    waited: `and none came free within ${secondsText(waitedMs)}`,
    no_room: "and none comes free within the longest wait",
  }[reason];
  return gatewayError(
    "upstream_busy",
    `The limits for ${provider} leave no room for this request now, ${why}. Try again in ${secondsText(retryAfterMs)}`,
    { retryAfterMs },
  );
}

function secondsText(ms: number): string {
  return `${Math.ceil(ms / 1_000)} s`;
}

import { showCost } from "../../metering/index.ts";
import { type FullWindow, isQuotaRefusal } from "../../quota/full-sessions.ts";
import type { Candidate } from "../../routing/candidate.ts";
import type { ResponseHead } from "../../upstream/transport/contract.ts";
import { maskFields } from "../answer/mask-secret.ts";
import type { House } from "../house.ts";
import { costOfContext } from "../money/cost-bound.ts";
import type { PurseOwner } from "../money/purse.ts";
import { keyScope, userScope } from "../money/scopes.ts";
import { shownTime } from "../shown-time.ts";

const TOO_MANY_REQUESTS = 429;

/** What the house learns from a session's answers, and tells when a session overflows. One for each exchange. */
export class SpillWatch {
  readonly #house: House;
  readonly #owner: PurseOwner;
  #full: FullWindow | undefined;

  constructor(house: House, owner: PurseOwner) {
    this.#house = house;
    this.#owner = owner;
  }

  /** Reads a candidate's head: the session's windows, whether it is full, whether it serves again, or who pays for it. */
  observe(head: ResponseHead, candidate: Candidate): void {
    const { credential, mode, model = this.#owner.facts.model } = candidate;
    if (credential.kind === "stored") {
      if (mode === "byok-overflow" && head.status < 300) this.#tell(credential.label, model);
    } else if (credential.class === "subscription") this.#observeSession(head, model);
  }

  #observeSession(head: ResponseHead, model: string | undefined): void {
    const { call, identity, facts, settings } = this.#owner;
    const { principal, account, own } = identity;
    if (account === undefined || own.secret === undefined) return;
    const owner = { principal, account };
    // What is kept of the limits must not repeat the token that they were told for.
    const headers = maskFields(head.headers, own.secret);
    const { quota, fullSessions, clock, redirects } = this.#house;
    const isAnswered = head.status < 300;
    if (head.status === TOO_MANY_REQUESTS) {
      const answer = { headers, model };
      this.#full = fullSessions.note(owner, answer, clock.now());
    } else if (isAnswered && facts.isQuotaProbe !== true) {
      fullSessions.served(owner, model);
      quota.overflows(owner, undefined);
    }
    quota.observe(owner, headers, isAnswered && call.operation === "messages");
    if (settings.dispatch === undefined) return;
    const redirected = redirects.check(owner);
    if (redirected !== undefined) redirects.keep(redirected, own.secret);
  }

  /** True for a session's answer that its overflow may better (req:C-22). */
  spills(head: ResponseHead): boolean {
    if (head.status !== TOO_MANY_REQUESTS) return false;
    return this.#owner.settings.pay.spillOn === "any429" || isQuotaRefusal(head.headers);
  }

  /** Tells, once for each session and each time that it is full, until when, who pays, and what moving costs. */
  #tell(label: string, model: string | undefined): void {
    const { call, identity, settings, sessionId } = this.#owner;
    const { principal, account } = identity;
    if (account === undefined || call.operation !== "messages") return;
    const full = this.#full ?? this.#remembered();
    const until = full === undefined ? undefined : shownTime(full.resetsAtMs, settings.timeZone);
    const reason = full === undefined ? "busy" : `${full.claim} ${full.resetsAtMs}`;
    if (!this.#house.firstSpills.isFirst(sessionId ?? account, reason)) return;
    const { facts, body } = this.#owner;
    // The stored key's organisation has not cached this context.
    const moving = costOfContext({
      facts: model === undefined ? facts : { ...facts, model },
      body,
      prices: settings.catalogue.of(this.#house.deployment),
    });
    const movingCost =
      moving === undefined ? undefined : showCost(moving, settings.currency, { digits: 2 });
    this.#house.log.overflowed({
      id: call.id,
      sessionId,
      window: full?.claim,
      until,
      label,
      movingCost,
    });
    const untilMs = full?.resetsAtMs;
    const note = { label, until, untilMs, cap: this.#cap(), movingCost };
    this.#house.quota.overflows({ principal, account }, note);
  }

  /** What is used of it changes with every request, and the status file does not: it tells how much there is. */
  #cap(): string {
    const { identity, settings } = this.#owner;
    const { cap } = settings.pay;
    const { budgets } =
      identity.key === undefined
        ? userScope(identity.principal, cap)
        : keyScope(identity.key, "byok-overflow", cap);
    return budgets
      .map(({ amount, currency, period }) => `${amount} ${currency} a ${period}`)
      .join(" and ");
  }

  /** The session was not tried, because it was known to be full. */
  #remembered(): FullWindow | undefined {
    const { principal, account } = this.#owner.identity;
    const seat = account === undefined ? undefined : this.#house.quota.find({ principal, account });
    if (seat?.representativeClaim === undefined || seat.resetsAtMs === undefined) return undefined;
    return { claim: seat.representativeClaim, resetsAtMs: seat.resetsAtMs };
  }
}

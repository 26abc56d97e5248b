import { plainModelId } from "../../base/model-id.ts";
import { readClientInfo } from "../../identity/client.ts";
import {
  type Choosable,
  moneyText,
  type OrderedBy,
  preferWarm,
  priceOfMoving,
  tokensText,
} from "../../routing/affinity/prefer-warm.ts";
import { PAID_ALREADY, type TokenPrices } from "../../routing/affinity/turn-cost.ts";
import type { WarmPlace } from "../../routing/affinity/warm-places.ts";
import { isSession } from "../../routing/arrange.ts";
import type { Candidate } from "../../routing/candidate.ts";
import { placeOf } from "../../routing/explain/place.ts";
import type { Strategy } from "../../routing/target.ts";
import type { StartedRecord } from "../../store/record.ts";
import type { ExchangeSettings, House } from "../house.ts";
import type { Bill } from "../money/bill.ts";
import type { Question } from "../question.ts";
import { estimateTokens } from "../request/token-estimate.ts";

/** What is kept of an order in which a session's cache counted. */
interface Warmed<T> {
  readonly drafts: readonly T[];
  readonly note: string | undefined;
}

const ORDERED_BY: Readonly<Record<Strategy, OrderedBy>> = {
  priority: "operator",
  price: "price",
  weighted: "spread",
  latency: "spread",
  round_robin: "spread",
};

/** Puts the candidate first that has the session's prompt in its cache, where that is worth it. */
export function keepWarm<T extends { readonly candidate: Candidate }>(
  question: Question,
  drafts: readonly T[],
  strategy: Strategy,
  house: House,
  settings: ExchangeSettings,
): Warmed<T> {
  const warm = drafts.length < 2 ? undefined : warmPlaceOf(question, house, settings);
  if (warm === undefined) return { drafts, note: undefined };
  const choosable = drafts.map((draft) => ({
    ...seen(draft.candidate, question, warm, settings),
    draft,
  }));
  const fresh = freshTokens(question, warm);
  const { candidates, kept, note } = preferWarm(choosable, warm, fresh, ORDERED_BY[strategy]);
  if (kept !== undefined) house.metrics.cacheWeighed(kept);
  const [first, second] = candidates;
  const { waitMs, worthNano } = settings.affinity ?? { waitMs: 0, worthNano: 0n };
  const ordered = candidates.map(({ draft }) => draft);
  if (first === undefined || second === undefined || first.place !== warm.place) {
    return { drafts: ordered, note };
  }
  const costs = priceOfMoving(first, second, warm, fresh);
  if (costs === undefined || costs < worthNano) return { drafts: ordered, note };
  const waits = { ...first.draft, candidate: { ...first.draft.candidate, warmWaitMs: waitMs } };
  return { drafts: [waits, ...ordered.slice(1)], note };
}

/** What it cost that the place with the cache did not answer, although it was asked to. */
export function leftBehind(
  question: Question,
  [first]: readonly Candidate[],
  answered: Candidate,
  house: House,
  settings: ExchangeSettings,
): string | undefined {
  if (first === undefined || first === answered) return undefined;
  const warm = warmPlaceOf(question, house, settings);
  if (warm === undefined) return undefined;
  const from = seen(first, question, warm, settings);
  if (from.place !== warm.place) return undefined;
  const to = seen(answered, question, warm, settings);
  const movingNano = priceOfMoving(from, to, warm, freshTokens(question, warm));
  house.metrics.cacheWeighed({ decision: "left", movingNano });
  return `${tokensText(warm)} stay behind in the cache of ${from.name}${moneyText(movingNano)}`;
}

/** Remembers where the prompt of a session was written into a cache. */
export function noteWarm(
  started: StartedRecord,
  answered: Candidate,
  { tokens, writesForAnHour = false }: Bill,
  { warm, clock }: House,
): void {
  const conversation = conversationOf(started);
  if (conversation === undefined || started.operation !== "messages") return;
  const { cacheRead = 0, cacheWrite = 0, output = 0 } = tokens;
  const use = { read: cacheRead, written: cacheWrite, isLong: writesForAnHour, output };
  warm.note(conversation, placeKey(answered, started.requestedModel ?? ""), use, clock.now());
}

/** Names a candidate for as long as this program runs: caches belong to an account, and are kept by model. */
function placeKey(
  { deployment, credential, model }: Pick<Candidate, "deployment" | "credential" | "model">,
  asked: string,
): string {
  return [deployment.provider, deployment.origin, model ?? asked, credential.owner].join(" ");
}

/** A session's agents have prompts of their own. Undefined: the client does not tell. */
function conversationOf(owner: {
  readonly principal: string;
  readonly sessionId?: string | undefined;
  readonly agentId?: string | undefined;
}): string | undefined {
  const { principal, sessionId, agentId = "" } = owner;
  return sessionId === undefined ? undefined : [principal, sessionId, agentId].join(" ");
}

function warmPlaceOf(
  { call, identity }: Question,
  { warm, clock }: House,
  { affinity }: ExchangeSettings,
): WarmPlace | undefined {
  if (affinity === undefined || call.operation !== "messages") return undefined;
  const { sessionId, agentId } = readClientInfo(call.request.rawHeaders);
  const conversation = conversationOf({ principal: identity.principal, sessionId, agentId });
  return conversation === undefined ? undefined : warm.find(conversation, clock.now());
}

function seen(
  candidate: Candidate,
  { facts: { model: asked = "" } }: Question,
  warm: WarmPlace,
  settings: ExchangeSettings,
): Choosable {
  const { model = asked } = candidate;
  return {
    place: placeKey(candidate, asked),
    name: placeOf(candidate, asked).name,
    family: plainModelId(model),
    prices: pricesOf(candidate, model, warm, settings),
  };
}

function pricesOf(
  candidate: Candidate,
  model: string,
  { tokens, isLong }: WarmPlace,
  { catalogue }: ExchangeSettings,
): TokenPrices | undefined {
  if (isSession(candidate)) return PAID_ALREADY;
  const entry = catalogue.of(candidate.deployment).find(model);
  if (entry === undefined) return undefined;
  const { longPrompt } = entry;
  const isLongPrompt = longPrompt !== undefined && tokens > longPrompt.aboveTokens;
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = isLongPrompt
    ? longPrompt.prices
    : entry.prices;
  return { input, output, cacheRead, cacheWrite: isLong ? cacheWrite1h : cacheWrite5m };
}

function freshTokens({ body }: Question, { tokens }: WarmPlace): number {
  return Math.max(0, estimateTokens(body) - tokens);
}

import type { Secret } from "../base/secret.ts";
import type { Identity } from "../identity/principal.ts";
import type { StartedRecord, TokenTotals } from "../store/record.ts";
import { originMarks } from "./answer/answer-fields.ts";
import type { ClientSide } from "./answer/client-side.ts";
import { routeMarks, routeTold } from "./answer/route-told.ts";
import { leftBehind, noteWarm } from "./decision/affinity.ts";
import { policiesOf } from "./decision/constraints.ts";
import type { Decision } from "./decision/decide.ts";
import type { Ended } from "./ending.ts";
import type { ExchangeSettings, House } from "./house.ts";
import type { Purse } from "./money/purse.ts";
import type { Spent } from "./money/spent.ts";
import type { Question } from "./question.ts";
import type { Facts } from "./request/facts.ts";
import { type Ending, settle } from "./settle.ts";

/** An exchange whose attempts are over. */
export interface Over {
  readonly question: Question;
  readonly client: ClientSide;
  readonly decision: Decision;
  readonly started: StartedRecord;
  readonly ended: Ended;
  readonly purse: Purse;
  readonly spent: Spent;
  readonly settings: ExchangeSettings;
}

/** Tells the client what went wrong, settles, and remembers what later requests can use. Gives the tokens that it used. */
export function finish(house: House, over: Over): TokenTotals {
  const { question, client, decision, started, ended, purse, spent, settings } = over;
  const { call, identity, facts } = question;
  noteLatency(house, ended, facts);
  refuseClient(over);
  const policies = policiesOf(question, settings);
  const { tokens, bill } = settle(house, {
    call,
    client,
    started,
    ending: { ...ended, record: recordOf(over, house) },
    facts,
    asks: { policies: policies.ok ? policies.value : [], inferenceGeo: facts.inferenceGeo },
    purse,
    spent: spent.bills,
    settings,
    secrets: secretsOf(identity, decision),
  });
  if (ended.answeredBy !== undefined) noteWarm(started, ended.answeredBy, bill, house);
  return tokens;
}

/** Nothing was shown yet, so the refusal is the answer. */
function refuseClient({ question, client, decision, ended, settings }: Over): void {
  const { failure, committed } = ended.last;
  if (failure === undefined || committed || client.gone) return;
  client.refuse(failure.error, [
    ...originMarks(ended.seller.provider, ended.mode, question.asked),
    ...routeMarks(decision, { turns: ended.turns, error: failure.error }, settings),
  ]);
}

function recordOf({ question, decision, ended, settings }: Over, house: House): Ending["record"] {
  const { answeredBy, last } = ended;
  const left =
    answeredBy === undefined
      ? undefined
      : leftBehind(question, decision.route ?? [], answeredBy, house, settings);
  const refusal = last.committed ? undefined : last.failure?.error;
  const pricing = { asked: question.facts.model ?? "", catalogue: settings.catalogue };
  return routeTold(decision, ended, refusal, left === undefined ? [] : [left], pricing);
}

/** How long the deployment took whose answer the client has. */
function noteLatency(
  { latencies }: House,
  { attempts, seller, sentModel }: Ending,
  facts: Facts,
): void {
  const { headersAfterMs, startedAfterMs = 0, status = 0 } = attempts.at(-1) ?? {};
  const model = sentModel ?? facts.model;
  if (headersAfterMs === undefined || status >= 300 || model === undefined) return;
  latencies.note({ deployment: seller, model }, headersAfterMs - startedAfterMs);
}

function secretsOf({ own }: Identity, { route }: Decision): readonly Secret[] {
  const stored = (route ?? []).flatMap(({ credential }) =>
    credential.kind === "stored" ? (credential.secret ?? []) : [],
  );
  return own.secret === undefined ? stored : [own.secret, ...stored];
}

import { ERRORS, type GatewayError } from "../base/errors.ts";
import { readClientInfo } from "../identity/client.ts";
import { identify } from "../identity/principal.ts";
import { answerFields } from "./answer/answer-fields.ts";
import { ClientSide } from "./answer/client-side.ts";
import { routeMarks } from "./answer/route-told.ts";
import { isBilledWhole, tapFor } from "./answer/usage-tap.ts";
import { attempt } from "./attempt/attempt.ts";
import { failingFor } from "./attempt/failing.ts";
import { searchingFor } from "./attempt/searching.ts";
import { SpillWatch } from "./attempt/spill.ts";
import { Throttle } from "./attempt/throttle.ts";
import type { ClientCall } from "./call.ts";
import { enterKey } from "./decision/key-speed.ts";
import { noteDispatch } from "./decision/note-dispatch.ts";
import { decideByRules } from "./decision/ruling.ts";
import { endingOf } from "./ending.ts";
import { finish } from "./finish.ts";
import type { House } from "./house.ts";
import { openMergedList } from "./models/merged-list.ts";
import { Admission } from "./money/admission.ts";
import { Purse } from "./money/purse.ts";
import { Spent } from "./money/spent.ts";
import { readAsked } from "./request/asked.ts";
import { collectBody, dropBody } from "./request/collect-body.ts";
import { readFacts } from "./request/facts.ts";
import { toStartedRecord } from "./request/started.ts";
import { limitedTokens } from "./request/token-estimate.ts";
import { turnAway } from "./request/turn-away.ts";
import { withDirectory } from "./request/with-directory.ts";

/** One request's life: identity, facts, policies and route, attempts, settlement, in this order. */
export async function runExchange(call: ClientCall, house: House): Promise<void> {
  const settings = house.settings();
  const client = new ClientSide(call, house.clock.monotonicMs);
  const headers = call.request.rawHeaders;
  const identified = identify(headers, house.identity);
  if (!identified.ok) return refuse(house, call, client, identified.error);
  const asked = readAsked(headers);
  if (!asked.ok) return refuse(house, call, client, asked.error);
  const turnedAway = turnAway(call, house, settings);
  if (turnedAway !== undefined) return refuse(house, call, client, turnedAway);

  const collected = await collectBody(call, house, settings);
  if (!collected.ok) return refuse(house, call, client, collected.error);
  const body = collected.value;
  const { directories } = house;
  const identity =
    directories === undefined
      ? identified.value
      : await withDirectory(identified.value, directories);
  const facts = readFacts(body, call.asked);
  const question = { call, identity, asked: asked.value, facts, body };
  const decision = decideByRules(question, house, settings);
  if (settings.dispatch !== undefined) noteDispatch(call, decision, facts, identity, house);

  const info = readClientInfo(headers);
  const { provider } = decision.deployment;
  const started = toStartedRecord(question, info, provider);
  const owner = { call, identity, facts, body, settings, sessionId: info.sessionId };
  const speed = await enterKey(owner, house);
  using share = speed.ok ? speed.value : undefined;
  const ruled = speed.ok ? decision : { ...decision, route: undefined, refusal: speed.error };
  const purse = new Purse(house, owner);
  const admission = new Admission(house.store, purse, call.id);
  const opened = await admission.begin(started, ruled.route);
  if (!opened.ok) {
    dropBody(body);
    return refuse(house, call, client, opened.error);
  }

  const spills = new SpillWatch(house, owner);
  const throttle = new Throttle(house, owner, client);
  const admitMore = async (bodyBytes: number) => {
    const admitted = await admission.admitMore(bodyBytes);
    if (admitted.ok) throttle.again();
    return admitted;
  };
  const spent = new Spent(owner, purse);
  const answering = { house, settings, owner, asked: asked.value, purse };
  const ended = await endingOf(ruled, identity, async (route) => {
    return await attempt({
      call,
      client,
      candidates: route,
      body,
      streamRequested: facts.stream === true,
      requestedModel: facts.wrapped ?? facts.model ?? "",
      provenance: house.provenance,
      foreign: house.foreign,
      learned: house.learned,
      admitMore,
      searching: searchingFor(house, question, settings, { admitMore, client }),
      list: decision.isMergedList ? openMergedList(question, house, settings) : undefined,
      active: house.active,
      relay: {
        makeTap: (head) => tapFor(call, facts, head),
        readOnAfterClientGoneMs: isBilledWhole(call, facts) ? settings.abortedReadMs : 0,
        monotonicMs: house.clock.monotonicMs,
      },
      failing: failingFor(house, settings, info.name),
      admit: (candidate) => admission.admit(candidate),
      spend: (outcome) => spent.add(outcome),
      hasRoom: (candidate) => throttle.hasRoom(candidate),
      enter: (candidate, elsewhere) => throttle.enter(candidate, elsewhere),
      fields: (head, candidate, way) => [
        ...answerFields(answering, head, candidate),
        ...routeMarks(decision, way, settings),
      ],
      onHead: (head, candidate) => {
        spills.observe(head, candidate);
        throttle.observe(head, candidate);
      },
      spills: (head) => spills.spills(head),
    });
  });
  dropBody(body);
  const over = { question, client, decision, started, ended, purse, spent, settings };
  const tokens = limitedTokens(finish(house, over));
  throttle.settle(tokens);
  if (tokens !== undefined) share?.settle(tokens, house.clock.monotonicMs());
}

function refuse(house: House, call: ClientCall, client: ClientSide, error: GatewayError): void {
  house.metrics.refused({ code: error.code, source: ERRORS[error.code].source });
  house.log.refused({ id: call.id, operation: call.operation, error });
  if (!client.gone) client.refuse(error, []);
}

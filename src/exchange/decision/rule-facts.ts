import { dateAt, hourAt, weekdayOf } from "../../base/calendar.ts";
import type { HeaderList } from "../../base/header-list.ts";
import { withoutOneMillion } from "../../base/picker-id.ts";
import { readClientInfo } from "../../identity/client.ts";
import { readDataPolicy } from "../../policy/residency/index.ts";
import { isOver } from "../../quota/accounts.ts";
import { modelClassOf, TIERS } from "../../routing/dispatch.ts";
import { LONG_CONTEXT_TOKENS, type RuleFacts } from "../../routing/rules/facts.ts";
import type { ExchangeSettings, House } from "../house.ts";
import { keyScope, userScope } from "../money/scopes.ts";
import type { Question } from "../question.ts";
import { BodyFacts } from "../request/body-facts.ts";
import { classOf } from "../request/request-class.ts";
import { shownHeaders } from "./shown-headers.ts";

/** What facts are read from. */
export interface FactSources {
  readonly question: Omit<Question, "call"> & {
    readonly call: Pick<Question["call"], "operation"> & {
      readonly dialect: { readonly id: string };
      readonly request: { readonly rawHeaders: HeaderList };
    };
  };
  readonly house: {
    readonly budgets: Pick<House["budgets"], "states">;
    readonly quota: Pick<House["quota"], "find">;
    readonly clock: Pick<House["clock"], "now">;
  };
  readonly settings: Pick<ExchangeSettings, "pay" | "residency" | "timeZone">;
}

/** A request's facts, each read when a rule asks for it, and those that take time once. */
export class RequestFacts implements RuleFacts {
  readonly #question: FactSources["question"];
  readonly #house: FactSources["house"];
  readonly #settings: FactSources["settings"];
  readonly #body: BodyFacts;
  #headers: RuleFacts["headers"] | undefined;
  #client: ReturnType<typeof readClientInfo> | undefined;
  #class: string | undefined;
  #budgetUsed: number | undefined;
  #image: boolean | undefined;
  #webSearch: boolean | undefined;

  constructor({ question, house, settings }: FactSources) {
    this.#question = question;
    this.#house = house;
    this.#settings = settings;
    this.#body = new BodyFacts(question.body, question.facts);
  }

  get model(): string {
    return withoutOneMillion(this.#question.facts.model ?? "");
  }

  get tier(): string {
    const found = modelClassOf(this.#question.facts.model);
    return TIERS.find((tier) => tier === found) ?? "other";
  }

  get provider(): string {
    const { model } = this;
    return model.slice(0, Math.max(0, model.indexOf("/")));
  }

  get dialect(): string {
    return this.#question.call.dialect.id;
  }

  get operation(): string {
    return this.#question.call.operation;
  }

  get stream(): boolean {
    return this.#question.facts.stream === true;
  }

  get principal(): string {
    return this.#question.identity.principal;
  }

  get organisation(): string {
    return this.#question.identity.organisation;
  }

  get key(): string {
    return this.#question.identity.key?.name ?? "";
  }

  get keyId(): string {
    return this.#question.identity.key?.id ?? "";
  }

  get client(): string {
    return this.#clientInfo.name ?? "";
  }

  get clientVersion(): string {
    return this.#clientInfo.version ?? "";
  }

  get headers(): ReadonlyMap<string, string> {
    this.#headers ??= shownHeaders(this.#question.call.request.rawHeaders);
    return this.#headers;
  }

  get class(): string {
    const { call, facts } = this.#question;
    this.#class ??=
      classOf({
        headers: call.request.rawHeaders,
        client: this.#clientInfo,
        operation: call.operation,
        facts,
        body: this.#body,
      })?.name ?? "";
    return this.#class;
  }

  get background(): boolean {
    return this.class === "auxiliary";
  }

  get title(): boolean {
    return !this.#body.hasTools && this.#body.asksForTitle;
  }

  get longContext(): boolean {
    return this.#body.inputTokens > LONG_CONTEXT_TOKENS;
  }

  get thinking(): boolean {
    return this.#body.thinks;
  }

  get webSearch(): boolean {
    this.#webSearch ??= this.#body.offersWebSearch;
    return this.#webSearch;
  }

  get image(): boolean {
    this.#image ??= this.#body.hasImage;
    return this.#image;
  }

  get inputTokens(): bigint {
    return BigInt(this.#body.inputTokens);
  }

  get hour(): bigint {
    return BigInt(hourAt(this.#house.clock.now(), this.#settings.timeZone));
  }

  get weekday(): bigint {
    return BigInt(weekdayOf(dateAt(this.#house.clock.now(), this.#settings.timeZone)));
  }

  get budgetUsed(): number {
    const { key, principal } = this.#question.identity;
    const { cap, rates } = this.#settings.pay;
    this.#budgetUsed ??= Math.max(
      0,
      ...this.#house.budgets
        .states(
          [key === undefined ? userScope(principal, cap) : keyScope(key, "byok-overflow", cap)],
          this.#house.clock.now(),
          rates,
        )
        .map(({ usedPercent }) => usedPercent),
    );
    return this.#budgetUsed;
  }

  get fiveHourUsed(): number | undefined {
    return this.#windowUsed("5h");
  }

  get sevenDayUsed(): number | undefined {
    return this.#windowUsed("7d");
  }

  get places(): readonly string[] {
    const { asked, identity } = this.#question;
    const named = identity.key?.settings.dataPolicy;
    const ofKey = named === undefined ? undefined : readDataPolicy(named);
    const policies = [
      ...asked.dataPolicies,
      ofKey?.ok === true ? ofKey.value : undefined,
      this.#settings.residency.policy,
    ];
    return [...new Set(policies.flatMap((policy) => policy?.place ?? []))];
  }

  get #clientInfo() {
    this.#client ??= readClientInfo(this.#question.call.request.rawHeaders);
    return this.#client;
  }

  #windowUsed(name: string): number | undefined {
    const { principal, account, own } = this.#question.identity;
    if (account === undefined || own.class !== "subscription") return undefined;
    const quota = this.#house.quota.find({ principal, account });
    const window = quota?.windows.find((known) => known.window === name);
    if (window === undefined) return undefined;
    return isOver(window, this.#house.clock.now()) ? 0 : window.usedPercent;
  }
}

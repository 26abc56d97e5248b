import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { unwrapId, withoutOneMillion } from "../../base/picker-id.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { ANTHROPIC } from "../../canonical/index.ts";
import { readClientInfo } from "../../identity/client.ts";
import type { Identity } from "../../identity/principal.ts";
import { allowsModel } from "../../policy/access/index.ts";
import { type WholeAnswer, wholeAnswer } from "../answer/whole-answer.ts";
import type { ClientCall } from "../call.ts";
import { mayBeListed } from "../decision/constraints.ts";
import type { ExchangeSettings, House } from "../house.ts";
import type { Question } from "../question.ts";
import { KNOWN_CLAUDE } from "./claude-list.ts";
import { withKnown } from "./describe-model.ts";
import { givenModels, type ListedModel, type ListSettings } from "./listed-model.ts";
import { NO_OTHERS, type OtherModels, otherModels, othersInUse } from "./other-models.ts";

/** Who asks. */
interface Asking {
  readonly call: ClientCall;
  readonly identity: Identity;
}

/** One answer out of many lists. */
export interface MergedList {
  /** Asks the other providers, once. */
  others(): Promise<OtherModels>;
  /**
   * What the client is told, given Anthropic's own, or those that are known where it could not be asked; refused where the
   * one that it asks for is not there.
   */
  answer(told: readonly ListedModel[] | undefined): Promise<Result<WholeAnswer, GatewayError>>;
}

/** False: Anthropic alone is asked, and its answer goes through as it is. Who may not be asked is told of as it is known. */
export function isMerged(
  { call, identity }: Asking,
  house: House,
  { models: { given } }: Pick<ExchangeSettings, "models">,
  mayAskAnthropic: boolean,
): boolean {
  const { models, dialect } = call;
  if (models === undefined) return false;
  if (!mayAskAnthropic) return true;
  if (dialect.id !== ANTHROPIC || limitsOf(identity).length > 0) return true;
  const others = othersInUse(house, identity.organisation);
  if (others.length === 0 && given.length === 0) return false;
  // One of Anthropic's own is asked of Anthropic, in every case.
  const { id } = models;
  if (id === undefined || unwrapId(id) !== undefined || given.includes(id)) return true;
  return others.some((other) => id.startsWith(`${other}/`));
}

export function openMergedList(
  question: Asking & Pick<Question, "asked">,
  house: House,
  exchangeSettings: ExchangeSettings,
): MergedList {
  const { call, identity } = question;
  const { pay, models: settings, dispatch } = exchangeSettings;
  const { models: asked, dialect } = call;
  const { key, own, organisation } = identity;
  // Who brings nothing at all is told of nothing that somebody's key would find out.
  const mayAsk = pay.injects && (key !== undefined || own.class !== "none");
  let others: Promise<OtherModels> | undefined;
  const list: MergedList = {
    others() {
      others ??= mayAsk
        ? otherModels(house, organisation, {
            bare: settings.bare,
            mayAsk: ({ origin }) => mayBeListed(question, origin, exchangeSettings),
          })
        : Promise.resolve(NO_OTHERS);
      return others;
    },
    async answer(told) {
      if (asked === undefined) throw new Error(`no models are asked for in ${dialect.id}`);
      const { models } = await list.others();
      const claude = claudeRows(told, call, settings);
      const limits = limitsOf(identity);
      const listed = firstById([...claude, ...givenModels(settings), ...models]).filter(({ id }) =>
        allowsModel(limits, withoutOneMillion(id)),
      );
      const all = dialect.id === ANTHROPIC ? listed : withKnown(listed, house, exchangeSettings);
      const { picker } = settings;
      if (asked.id === undefined) {
        if (dispatch !== undefined) {
          const counts = countsOf(told ?? claude, models, othersInUse(house, organisation));
          house.log.listed(call.id, { counts, merged: all.length });
        }
        return ok(wholeAnswer(200, asked.writeAll(all, picker)));
      }
      const wanted = unwrapId(asked.id) ?? asked.id;
      const found = all.find(({ id }) => id === wanted);
      return found === undefined
        ? fail(NOT_LISTED)
        : ok(wholeAnswer(200, asked.writeOne(found, picker)));
    },
  };
  return list;
}

/**
 * Anthropic's own, as it told them, or those that are known. Claude Code writes the list that it asks for over the one that was
 * seeded, so nothing of that may be missing (req:C-30).
 */
function claudeRows(
  told: readonly ListedModel[] | undefined,
  { dialect, models, request }: ClientCall,
  { stock }: ListSettings,
): readonly ListedModel[] {
  if (dialect.id !== ANTHROPIC) return told ?? KNOWN_CLAUDE;
  if (models?.id !== undefined) return told ?? [...stock, ...KNOWN_CLAUDE];
  if (told === undefined) return stock;
  return readClientInfo(request.rawHeaders).name === PICKER_CLIENT ? [...told, ...stock] : told;
}

/**
 * What Claude Code calls itself where it asks for the list; elsewhere it is `claude-cli`.
 * @source claude-cli 2.1.197 and 2.1.329 (observed 2026-11-21)
 */
const PICKER_CLIENT = "claude-code";

/** Nobody else's model takes the place of one of Anthropic's. */
export function firstById(models: readonly ListedModel[]): readonly ListedModel[] {
  const byId = new Map<string, ListedModel>();
  for (const model of models) if (!byId.has(model.id)) byId.set(model.id, model);
  return [...byId.values()];
}

function countsOf(
  claude: readonly ListedModel[],
  others: readonly ListedModel[],
  inUse: readonly string[],
): ReadonlyMap<string, number> {
  const countOf = (id: string): number => others.filter(({ provider }) => provider === id).length;
  return new Map([[ANTHROPIC, claude.length], ...inUse.map((id) => [id, countOf(id)] as const)]);
}

function limitsOf({ key }: Identity): readonly string[] {
  return key?.settings.models ?? [];
}

const NOT_LISTED = gatewayError(
  "not_found",
  "There is no such model here; the list of models has those that there are",
);

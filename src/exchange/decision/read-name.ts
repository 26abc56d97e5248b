import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { ANTHROPIC } from "../../canonical/index.ts";
import { KNOWN_CLAUDE_MODELS } from "../../metering/index.ts";
import { allowsModel } from "../../policy/access/index.ts";
import { modelClassOf } from "../../routing/dispatch.ts";
import type { Resolution } from "../../routing/names/names.ts";
import { asAnthropicWrites } from "../../routing/names/spelling.ts";
import { nearestModels } from "../../routing/names/suggest.ts";
import type { ExchangeSettings, House } from "../house.ts";
import { knownModels } from "../models/known-models.ts";
import { othersInUse } from "../models/other-models.ts";
import type { Question } from "../question.ts";
import { WITH_MODEL } from "../request/facts.ts";
import { findProvider } from "./choose.ts";

/** What the request's model stands for; undefined: itself and nothing more. A name that nobody knows is refused. */
export function readName(
  question: Question,
  house: House,
  settings: ExchangeSettings,
): Result<Resolution | undefined, GatewayError> {
  const { call, facts, asked } = question;
  const { model } = facts;
  if (model === undefined || !WITH_MODEL.has(call.operation)) return ok(undefined);
  const { names } = settings.routing;
  const found = names.resolve(model);
  const isItself = found === undefined || found.steps.length === 0;
  const read = isItself ? readUnknown(question, house, settings) : ok(model);
  if (!read.ok) return read;
  const chain =
    asked.fallbacks.length === 0 ? ok(found?.chain ?? []) : names.chainOf(asked.fallbacks);
  if (!chain.ok) {
    return fail(
      gatewayError(
        "invalid_header",
        "The header x-spillway-fallbacks names a model that nobody here knows",
      ),
    );
  }
  if (!isItself) return ok({ ...found, chain: chain.value });
  if (read.value === model && chain.value.length === 0) return ok(undefined);
  return ok({
    steps: read.value === model ? [] : [`${model} is written ${read.value}`],
    stages: [{ name: model, strategy: "priority", targets: [{ model: read.value }] }],
    chain: chain.value,
    isGiven: false,
  });
}

/** A name as it is written here, where it is known which there are; a name that is none of them is refused. */
function readUnknown(
  question: Question,
  house: House,
  settings: ExchangeSettings,
): Result<string, GatewayError> {
  const { model = "" } = question.facts;
  const written = asAnthropicWrites(model, KNOWN_CLAUDE_MODELS);
  const isForeign = modelClassOf(model) === "foreign" && settings.dispatch?.foreign === undefined;
  const isDoubtful =
    written !== undefined || (isForeign && house.providers.find(model) === undefined);
  // Most names are in no doubt, and nothing more is looked at for them.
  if (!isDoubtful || !knowsNames(question, house, settings)) return ok(model);
  if (findProvider(question, house) !== undefined) return ok(model);
  return written === undefined ? fail(unknownModel(question, house, settings)) : ok(written);
}

/** Whoever stands in Anthropic's place may know more names, so it has the last word unless the operator says otherwise. */
function knowsNames(
  { call, identity }: Question,
  house: House,
  { routing }: ExchangeSettings,
): boolean {
  if (routing.unknown !== "auto") return routing.unknown === "refuse";
  if (!routing.asksAnthropic) return false;
  return (
    routing.isUsed ||
    identity.key !== undefined ||
    call.dialect.id !== ANTHROPIC ||
    othersInUse(house, identity.organisation).length > 0
  );
}

function unknownModel(
  { identity, facts: { model = "" } }: Question,
  house: House,
  { routing }: ExchangeSettings,
): GatewayError {
  const limits = identity.key?.settings.models ?? [];
  const known = [...routing.names.given, ...knownModels(house, identity.organisation)];
  const near = nearestModels(
    model,
    known.filter((name) => allowsModel(limits, name)),
  );
  const meant = near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`;
  return gatewayError(
    "model_unknown",
    `There is no such model here.${meant} "spillway models" lists those that there are; another provider's are written provider/model`,
  );
}

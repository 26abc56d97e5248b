import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { ok, type Result } from "../../base/result.ts";
import { ANTHROPIC } from "../../canonical/index.ts";
import { allowsModel } from "../../policy/access/index.ts";
import {
  couldSatisfy,
  type DataPolicy,
  type Destination,
  decideResidency,
  type ResidencyDecision,
  readDataPolicy,
} from "../../policy/residency/index.ts";
import type { Candidate } from "../../routing/candidate.ts";
import type { Deployment } from "../../routing/deployment.ts";
import type { ExchangeSettings } from "../house.ts";
import type { Question } from "../question.ts";
import { bodyIncludes, WITH_MODEL } from "../request/facts.ts";

/** Every request that carries content is judged, whoever pays for it (design R17). Undefined: there is nothing to judge. */
export function judgeResidency(
  question: Question,
  destination: Destination,
  settings: ExchangeSettings,
): Partial<ResidencyDecision> | undefined {
  const { call, identity, facts } = question;
  const carriesContent = call.operation !== "models" && call.operation !== "probe";
  if (!carriesContent) return undefined;
  const policies = policiesOf(question, settings);
  // A key whose policy is not understood any more goes nowhere.
  if (!policies.ok) {
    return { error: policies.error, text: `${identity.key?.settings.dataPolicy} is not known` };
  }
  return decideResidency({
    ...destination,
    policies: policies.value,
    inferenceGeo: facts.inferenceGeo,
    endpoints: settings.residency.endpoints,
  });
}

/** Of the request, of its key and of the configuration: all of them hold. */
export function policiesOf(
  { identity, asked }: Pick<Question, "identity" | "asked">,
  { residency }: Pick<ExchangeSettings, "residency">,
): Result<readonly DataPolicy[], GatewayError> {
  const named = identity.key?.settings.dataPolicy;
  const ofKey = named === undefined ? ok(undefined) : readDataPolicy(named);
  if (!ofKey.ok) return ofKey;
  const policies = [...asked.dataPolicies, ofKey.value, residency.policy];
  return ok(policies.filter((policy) => policy !== undefined));
}

/** A list has no content in it; but whom no request may go to is not asked for what he has. */
export function mayBeListed(
  question: Pick<Question, "identity" | "asked">,
  origin: string,
  settings: Pick<ExchangeSettings, "residency">,
): boolean {
  const policies = policiesOf(question, settings);
  if (!policies.ok) return false;
  const { endpoints } = settings.residency;
  return couldSatisfy({ origin, policies: policies.value, endpoints });
}

/** Where a candidate sends a request: what it calls the model is what decides at a cloud. */
export function destinationOf(
  { facts }: Pick<Question, "facts">,
  { deployment, model }: Pick<Candidate, "deployment" | "model">,
): Destination {
  return { origin: deployment.origin, model: model ?? facts.model };
}

/** Why a request's searches must not go to another origin, of which it says nothing itself; undefined: they may. */
export function refuseSearch(
  question: Question,
  origin: string,
  settings: ExchangeSettings,
): GatewayError | undefined {
  const { inferenceGeo: _, ...facts } = question.facts;
  const refused = judgeResidency(
    { ...question, facts },
    { origin, model: undefined },
    settings,
  )?.error;
  return (
    refused && gatewayError(refused.code, `Web search is another provider's. ${refused.message}`)
  );
}

/** The key's list is asked for the name that the client wrote. */
export function refusedModel({ call, identity, facts }: Question): GatewayError | undefined {
  const models = identity.key?.settings.models ?? [];
  if (models.length === 0) return undefined;
  const list = models.join(", ");
  if (call.operation === "batches" && call.request.method === "POST") {
    return gatewayError(
      "model_not_allowed",
      `This key is for ${list} only, which cannot be checked for a batch`,
    );
  }
  if (!WITH_MODEL.has(call.operation) || allowsModel(models, facts.model)) return undefined;
  const asked = facts.model === undefined ? "The request names no model" : "This model is not one";
  return gatewayError("model_not_allowed", `${asked} that this key allows: ${list}`);
}

/** A candidate that goes by another name than the client wrote is asked for under its own too (ADR 0015). */
export function refusedCandidate(
  { identity }: Question,
  { deployment: { provider }, model }: Candidate,
): GatewayError | undefined {
  const models = identity.key?.settings.models ?? [];
  if (model === undefined) return undefined;
  const name = provider === ANTHROPIC ? model : `${provider}/${model}`;
  if (allowsModel(models, name)) return undefined;
  return gatewayError(
    "model_not_allowed",
    `${name}, which this model stands for, is not one that this key allows: ${models.join(", ")}`,
  );
}

/** Embeddings are passed on as they come, so they go where that dialect is spoken. */
export function refusedOperation(
  { call, facts: { model = "" } }: Question,
  deployment: Deployment,
): GatewayError | undefined {
  if (call.operation !== "embeddings") return undefined;
  const { provider } = deployment;
  const name = model.slice(model.startsWith(`${provider}/`) ? provider.length + 1 : 0);
  if (deployment.dialectFor(name).id.startsWith("openai-")) return undefined;
  return gatewayError(
    "operation_not_supported",
    `There are no embeddings by this dialect at ${provider}. Name a model of a provider that has them, such as openai/text-embedding-3-small`,
  );
}

/** Prose, code and JSON have fewer bytes to a token, so a body of more than this is surely too long. */
const MOST_BYTES_PER_TOKEN = 8;

/** A prompt that cannot fit into the model's window. Pictures take other room than their bytes, so a body with data in it passes. */
export function refusedSize(
  { call, body, facts: { model = "" } }: Question,
  deployment: Deployment,
): GatewayError | undefined {
  if (call.operation !== "messages" || body.kind !== "held") return undefined;
  // Its clients know its windows, which betas make longer.
  if (deployment.provider === ANTHROPIC) return undefined;
  const { contextTokens } = deployment.dialectFor(model);
  if (contextTokens === undefined) return undefined;
  const leastTokens = Math.floor(body.plainBytes / MOST_BYTES_PER_TOKEN);
  if (
    leastTokens <= contextTokens ||
    bodyIncludes(body, ";base64,") ||
    bodyIncludes(body, '"base64"')
  ) {
    return undefined;
  }
  return gatewayError(
    "operation_not_supported",
    `The request has at least ${leastTokens} tokens, and ${model} at ${deployment.provider} takes ${contextTokens}`,
  );
}

import { isObject } from "../../../base/json.ts";
import { type ProvidedModel, readModelList } from "../../model-list.ts";
import type { ModelLists } from "../provider.ts";
import { suffixOf } from "./region.ts";

/**
 * Bedrock's control plane: the profiles, then the models that are to be had in the region itself.
 * @source https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListInferenceProfiles.html and
 * API_ListFoundationModels.html (read 2026-11-26)
 */
export const LISTS: ModelLists = {
  baseUrl: (region) => `https://bedrock.${region}.${suffixOf(region)}`,
  paths: [
    "/inference-profiles?maxResults=1000&type=SYSTEM_DEFINED",
    "/foundation-models?byInferenceType=ON_DEMAND&byOutputModality=TEXT",
  ],
  read,
};

function read(value: unknown): readonly ProvidedModel[] | undefined {
  if (!isObject(value)) return undefined;
  const { inferenceProfileSummaries: profiles, modelSummaries: models } = value;
  const items = profiles ?? models;
  if (!Array.isArray(items)) return undefined;
  return readModelList({ data: items.filter(isObject).filter(isOffered).map(toItem) });
}

function isOffered({ status, modelLifecycle: life }: Readonly<Record<string, unknown>>): boolean {
  const state = status ?? (isObject(life) ? life["status"] : undefined);
  return state === undefined || state === "ACTIVE";
}

function toItem(item: Readonly<Record<string, unknown>>): object {
  const { inferenceProfileId, inferenceProfileName, modelId, modelName, createdAt } = item;
  return {
    id: inferenceProfileId ?? modelId,
    display_name: inferenceProfileName ?? modelName,
    created_at: createdAt,
  };
}

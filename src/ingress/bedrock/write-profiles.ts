import type { ListedModel } from "../../exchange/models/listed-model.ts";
import { anthropicName } from "./model-name.ts";

/**
 * The answer to `GET /inference-profiles`: the models that are called by Bedrock's names.
 * @source https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListInferenceProfiles.html (read 2026-11-26)
 */
export function writeAll(models: readonly ListedModel[]): string {
  const inferenceProfileSummaries = models.flatMap(({ id, displayName }) => {
    const profile = id.slice(id.indexOf("/") + 1);
    return anthropicName(profile) === undefined ? [] : [toSummary(profile, displayName)];
  });
  return JSON.stringify({ inferenceProfileSummaries });
}

/** The answer to `GET /inference-profiles/<profile>`. */
export function writeOne({ id, displayName }: ListedModel): string {
  return JSON.stringify(toSummary(id.slice(id.indexOf("/") + 1), displayName));
}

function toSummary(profile: string, name: string): object {
  return {
    inferenceProfileId: profile,
    inferenceProfileArn: `arn:aws:bedrock:::inference-profile/${profile}`,
    inferenceProfileName: name,
    models: [
      {
        modelArn: `arn:aws:bedrock:::foundation-model/${profile.replace(/^.*(?=anthropic\.)/, "")}`,
      },
    ],
    status: "ACTIVE",
    type: "SYSTEM_DEFINED",
  };
}

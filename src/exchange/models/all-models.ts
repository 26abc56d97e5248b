import { ANTHROPIC } from "../../canonical/index.ts";
import type { House } from "../house.ts";
import { KNOWN_CLAUDE } from "./claude-list.ts";
import { givenModels, type ListedModel, type ListSettings } from "./listed-model.ts";
import { firstById } from "./merged-list.ts";
import { type OtherModels, otherModels } from "./other-models.ts";

type Keeper = Pick<House, "deployment" | "providers" | "vault" | "providerLists">;

/** The list as an organisation's clients see it, asked for by nobody in particular: with the keys that are stored, if any. */
export async function allModels(
  keeper: Keeper,
  organisation: string,
  settings: ListSettings,
): Promise<OtherModels> {
  const [claude, others] = await Promise.all([
    claudeModels(keeper, organisation, settings),
    otherModels(keeper, organisation, settings),
  ]);
  return { ...others, models: firstById([...claude, ...givenModels(settings), ...others.models]) };
}

async function claudeModels(
  { deployment, vault, providerLists }: Keeper,
  organisation: string,
  { mayAsk }: ListSettings,
): Promise<readonly ListedModel[]> {
  const key = vault.find(organisation, deployment.provider)?.secret;
  if (key === undefined || !mayAsk(deployment)) return KNOWN_CLAUDE;
  const target = `${deployment.pathPrefix}/v1/models?limit=1000`;
  const [list] = await providerLists.read(organisation, [{ deployment, target, key }]);
  if (list === undefined) return KNOWN_CLAUDE;
  return list.map(({ id, displayName = id, createdAt }) => ({
    id,
    provider: ANTHROPIC,
    displayName,
    createdAt,
  }));
}

import { KNOWN_CLAUDE_MODELS } from "../../metering/index.ts";
import type { House } from "../house.ts";
import { othersInUse } from "./other-models.ts";

/** The models that an organisation can ask for as far as that is known without asking anybody. */
export function knownModels(
  house: Pick<House, "providers" | "vault" | "providerLists">,
  organisation: string,
): readonly string[] {
  const others = othersInUse(house, organisation).flatMap((id) => {
    const named = house.providers.get(id)?.models ?? house.providerLists.known(organisation, id);
    return named.map((name) => `${id}/${name}`);
  });
  return [...KNOWN_CLAUDE_MODELS, ...others];
}

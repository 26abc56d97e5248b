import type { ClientSide } from "../answer/client-side.ts";
import { refuseSearch } from "../decision/constraints.ts";
import type { ExchangeSettings, House } from "../house.ts";
import type { Searching } from "../hub/search/loop.ts";
import type { Question } from "../question.ts";

/** What one exchange needs to search by itself; undefined where no search is configured. */
export function searchingFor(
  { search }: Pick<House, "search">,
  question: Question,
  settings: ExchangeSettings,
  { admitMore, client }: { readonly admitMore: Searching["admit"]; readonly client: ClientSide },
): Searching | undefined {
  if (search === undefined) return undefined;
  return {
    web: search,
    refusal: () => refuseSearch(question, search.origin, settings),
    admit: admitMore,
    isClientGone: () => client.gone,
  };
}

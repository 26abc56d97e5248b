import type { HeaderList } from "../base/header-list.ts";
import { fetchModelList, type ListModels } from "../upstream/model-list.ts";
import type { ModelLists } from "../upstream/providers/provider.ts";
import type { OpenWay } from "./ways.ts";

export interface ListsAt {
  readonly url: string;
  /** What proves to this address who asks; undefined: there is nothing to prove it with. */
  readonly fieldsFor: (target: string, host: string) => Promise<HeaderList | undefined>;
  readonly openWay: OpenWay;
}

/** Asks for all lists of models at once, over a way of their own. One that fails leaves them unknown. */
export function listModelsAt(lists: ModelLists, { url, fieldsFor, openWay }: ListsAt): ListModels {
  const { origin, host, pathname } = new URL(url);
  const prefix = pathname === "/" ? "" : pathname;
  return async (timeoutMs) => {
    const opened = openWay(origin);
    if (!opened.ok) return undefined;
    await using transport = opened.value;
    const read = await Promise.all(
      lists.paths.map(async (path) => {
        const target = `${prefix}${path}`;
        const fields = await fieldsFor(target, host);
        return (
          fields && (await fetchModelList(transport, { target, fields }, timeoutMs, lists.read))
        );
      }),
    );
    return read.every((list) => list !== undefined) ? read.flat() : undefined;
  };
}

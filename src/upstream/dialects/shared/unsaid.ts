import type { Block, CanonicalRequest, JsonObject } from "../../../canonical/index.ts";
import type { Losses } from "./losses.ts";
import { detailOf } from "./media.ts";

/** Notes what the parts of a request carry for the client's own dialect alone; some dialects say an image's detail too. */
export function notePartExtras(
  request: CanonicalRequest,
  { loseExtra }: Losses,
  detailIs: "said" | "lost" = "lost",
): void {
  for (const { extra } of request.tools.filter((tool) => tool.type === "function")) {
    loseExtra(extra, "tools[]");
  }
  for (const { extra } of request.turns) loseExtra(extra, "turns[]");
  for (const block of contentOf(request)) {
    const { detail, ...rest } = extraOf(block) ?? {};
    const isSaid = detailIs === "said" && detailOf(block) !== undefined;
    loseExtra(isSaid || detail === undefined ? rest : { detail, ...rest }, "content[]");
  }
}

/** Every block, with those in tool results. */
function contentOf({ system, turns }: CanonicalRequest): readonly Block[] {
  return [...system, ...turns.flatMap(({ content }) => content)].flatMap((block: Block) =>
    block.type === "tool_result" ? [block, ...block.content] : [block],
  );
}

function extraOf(block: Block): JsonObject | undefined {
  return block.type === "opaque" ? undefined : block.extra;
}

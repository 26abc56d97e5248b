import type { StreamEvent } from "../../../canonical/index.ts";

/** Says what is wrong with the order of a stream's events; undefined when nothing is. */
export function orderProblem(events: readonly StreamEvent[]): string | undefined {
  let open: string | undefined;
  for (const [index, event] of events.entries()) {
    const isLast = index === events.length - 1;
    if ((event.type === "end" || event.type === "error") !== isLast)
      return `${event.type} at ${index}`;
    if (event.type === "start" && index !== 0) return "a second start";
    if (event.type !== "start" && event.type !== "error" && index === 0) return "no start";
    if (event.type === "block") {
      if (open !== undefined) return "two open blocks";
      open = event.block.type;
    } else if (event.type === "delta") {
      if (!fits(open, event.delta.type)) return `${event.delta.type} in ${String(open)}`;
    } else if (event.type === "block_end") {
      if (open === undefined) return "an end without a block";
      open = undefined;
    } else if (open !== undefined) {
      return `${event.type} in an open block`;
    }
  }
  return undefined;
}

function fits(block: string | undefined, delta: string): boolean {
  if (block === "thinking") return delta === "thinking" || delta === "signature";
  return block === (delta === "input" ? "tool_use" : delta);
}

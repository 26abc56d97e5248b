import type { JsonObject } from "../../../canonical/index.ts";
import type { Lose } from "../shared/losses.ts";
import { mergeDetails, signedDetails } from "./reasoning-details.ts";
import type { ReasoningEcho } from "./reasoning-traits.ts";
import type { AssistantPlan } from "./turn-plan.ts";

/** What an assistant message carries of the reasoning before it. Only the provider's own thinking gets here. */
export function echoReasoning(plan: AssistantPlan, echo: ReasoningEcho, lose: Lose): JsonObject {
  switch (echo.form) {
    case "nothing":
      return {};
    case "text": {
      if (echo.turns === "with_tool_calls" && plan.calls.length === 0) return {};
      const said = plan.thinking.map(({ text }) => text).filter((text) => text !== "");
      const text = said.length > 0 ? said.join("\n\n") : echo.placeholder;
      return text === undefined ? {} : { [echo.field]: text };
    }
    case "details": {
      const lists = plan.thinking.map(({ signature }) => signedDetails(signature));
      if (lists.includes(undefined)) lose("content[].thinking");
      const details = lists.reduce<readonly JsonObject[]>(
        (all, list) => mergeDetails(all, list ?? []),
        [],
      );
      return details.length === 0 ? {} : { reasoning_details: details };
    }
  }
}

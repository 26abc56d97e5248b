import type { CanonicalRequest, JsonObject } from "../../../../canonical/index.ts";
import type { Writing } from "./traits.ts";

/** Other APIs go to 2. */
const HIGHEST_TEMPERATURE = 1;

/** Temperature and its like, as far as the model takes them. */
export function writeSampling(
  request: CanonicalRequest,
  isThinking: boolean,
  writing: Writing,
): JsonObject {
  const { temperature, topP, topK } = request;
  const asked = { temperature, topP, topK };
  if (writing.isOwn) return spell(asked);
  const { sampling } = writing.traits;
  const isFixed = sampling === "none" || isThinking;
  const isTopPLeft = sampling === "all" || temperature === undefined;
  const said = {
    temperature:
      isFixed || temperature === undefined ? undefined : Math.min(temperature, HIGHEST_TEMPERATURE),
    topP: isFixed || !isTopPLeft ? undefined : topP,
    topK: isFixed ? undefined : topK,
  };
  if (said.temperature !== temperature) writing.lose("temperature");
  if (said.topP !== topP) writing.lose("topP");
  if (said.topK !== topK) writing.lose("topK");
  return spell(said);
}

type Sampling = Pick<CanonicalRequest, "temperature" | "topP" | "topK">;

function spell({ temperature, topP, topK }: Sampling): JsonObject {
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK }),
  };
}

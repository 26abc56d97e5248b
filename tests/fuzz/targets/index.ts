import type { Target } from "../target.ts";
import { ANSWER_TARGETS } from "./answers.ts";
import { OTHER_TARGETS } from "./beside.ts";
import { CLOUD_TARGETS } from "./clouds.ts";
import { ERROR_TARGETS } from "./errors.ts";
import { JSON_TARGETS } from "./json.ts";
import { PASSED_TARGETS } from "./passed-on.ts";
import { REQUEST_TARGETS } from "./requests.ts";
import { RULE_TARGETS } from "./rules.ts";
import { STREAM_TARGETS } from "./streams.ts";

/** Everything that decodes what came from outside. */
export const TARGETS: readonly Target[] = [
  ...REQUEST_TARGETS,
  ...ANSWER_TARGETS,
  ...STREAM_TARGETS,
  ...ERROR_TARGETS,
  ...JSON_TARGETS,
  ...PASSED_TARGETS,
  ...CLOUD_TARGETS,
  ...OTHER_TARGETS,
  ...RULE_TARGETS,
];

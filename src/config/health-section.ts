import { z } from "zod";
import { durationField } from "./fields.ts";

const REPETITIONS = { error: "expected a whole number from 0 to 5" };
const COUNT = { error: "expected a whole number from 1 to 1000" };

/** Part of `routing`: how long an answer's beginning is held. */
export const holdField = durationField(0).prefault("2s").meta({
  description:
    "While another candidate of a chain is left, headers and events before the first content are held so long at most, so that a failure can still be mended. 0s holds nothing.",
});

/** Part of `routing`: the guard against candidates that say nothing. */
export const slowStartSection = z
  .strictObject({
    firstToken: durationField(0).prefault("0s").meta({
      description:
        "A streaming request goes on to the next candidate of its chain when nothing of the answer came within this time. 0s: the candidate is waited for.",
    }),
  })
  .prefault({})
  .meta({ description: "Giving up a candidate that does not begin to answer." });

/** Part of `routing`: what is asked again. */
export const retrySection = z
  .strictObject({
    repetitions: z.int(REPETITIONS).min(0, REPETITIONS).max(5, REPETITIONS).optional().meta({
      description:
        "How often a candidate is asked again after a failure of the server's, where nothing else may answer. Default: by the client; those that repeat by themselves, and those that nobody knows, are shown the failure.",
    }),
    wait: durationField(0).prefault("2s").meta({
      description: "The longest retry-after that is waited out before the next candidate is asked.",
    }),
  })
  .prefault({})
  .meta({ description: "Asking again." });

/** Part of `routing`: when something is left alone. */
export const healthSection = z
  .strictObject({
    failures: z.int(COUNT).min(1, COUNT).max(1000, COUNT).default(5).meta({
      description:
        "Failures in a row, of the server's, after which a deployment is left alone while another candidate is there.",
    }),
    pause: durationField(100).prefault("5s").meta({
      description:
        "How long it is left alone at first; then one request finds out whether it answers. The time doubles with each that fails.",
    }),
    cooldown: durationField(100).prefault("15s").meta({
      description:
        "How long a credential is left alone that was answered 429 without a retry-after.",
    }),
    deadKey: durationField(1_000).prefault("10m").meta({
      description:
        "How long a stored key is left alone that was refused (401, 402, 403), unless another one takes its place.",
    }),
  })
  .prefault({})
  .meta({ description: "When a deployment or a credential is left alone." });

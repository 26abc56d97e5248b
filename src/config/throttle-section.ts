import { z } from "zod";
import { durationField } from "./fields.ts";

const WHOLE = { error: "expected a whole number above 0" };
const most = () => z.int(WHOLE).min(1, WHOLE);

/** What an upstream takes from one credential. */
export const upstreamLimitsField = z
  .strictObject({
    concurrency: most().optional().meta({
      description: "Most requests under way at a time. Default: no limit.",
    }),
    requestsPerMinute: most().optional().meta({
      description: "Most requests that begin within any minute. Default: no limit.",
    }),
    requestsPerDay: most().optional().meta({
      description:
        "Most requests that begin within any 24 hours, counted from this server's start. Default: no limit.",
    }),
    tokensPerMinute: most().optional().meta({
      description:
        "Most tokens within any minute, input and output together without those that are read from a cache; a request counts with its size at four bytes a token, and with its real usage once that is known. Default: no limit.",
    }),
    wait: durationField(0).prefault("30s").meta({
      description:
        "Longest that a request waits for room before it is refused with 429 and retry-after. The default is below what clients wait for headers.",
    }),
    queue: most().default(1_000).meta({
      description: "Most requests that wait at a time; more are refused at once.",
    }),
    pace: z.boolean({ error: "expected true or false" }).default(true).meta({
      description:
        "Send nothing more while the upstream's own headers say that a limit is used up, for a minute at most.",
    }),
  })
  .prefault({})
  .meta({
    description:
      "What the upstream takes from one credential: further requests wait their turn, users first, then sessions. Default: as much as comes.",
  });

import { z } from "zod";
import { durationField, sizeField } from "./fields.ts";

const timeout = durationField(1);

export const timeoutsSection = z
  .strictObject({
    connect: timeout
      .prefault("10s")
      .meta({ description: "Longest wait for a connection to the upstream." }),
    headers: timeout.prefault("600s").meta({
      description: "Longest wait for the upstream's response headers once the request is sent.",
    }),
    idle: timeout.prefault("180s").meta({
      description: "Longest silence inside an upstream's response before it counts as lost.",
    }),
    clientKeepAlive: timeout.prefault("75s").meta({
      description: "Close a client's connection after this long without a request.",
    }),
    upstreamKeepAlive: timeout.prefault("25s").meta({
      description:
        "Keep an idle upstream connection this long for the next request; shorter than load balancers keep theirs.",
    }),
    requestHeaders: timeout.prefault("10s").meta({
      description: "Longest time that a client may take to send its request headers.",
    }),
    uploadWindow: timeout.prefault("30s").meta({
      description: "Span over which a client's upload speed is measured.",
    }),
    uploadBytesPerSecond: sizeField(1).prefault("1KB").meta({
      description:
        "Slowest upload per second, averaged over uploadWindow, before the request is refused.",
    }),
    abortedRead: timeout.prefault("60s").meta({
      description:
        "After a client leaves a request without streaming, read on this long for the usage: the upstream bills it anyway.",
    }),
    drain: durationField(0).prefault("10m").meta({
      description: "On shutdown, let running exchanges go on this long.",
    }),
  })
  .prefault({})
  .meta({ description: "How long to wait for what." });

const WHOLE = "expected a whole number above 0";

export const limitsSection = z
  .strictObject({
    body: sizeField(1).prefault("32MB").meta({
      description:
        "Largest request body where something must hold it whole. Bodies that stream through have no limit.",
    }),
    heldBytes: sizeField(1).prefault("512MB").meta({
      description: "All held request bodies together; more requests are told to come back.",
    }),
    headers: z
      .int({ error: WHOLE })
      .min(1, { error: WHOLE })
      .max(1000, { error: "expected at most 1000" })
      .default(100)
      .meta({ description: "Most header fields on one request." }),
    loopDelay: timeout.prefault("200ms").meta({
      description:
        "Refuse new exchanges while the event loop's delay (99th percentile) is above this; running ones go on.",
    }),
    heapPercent: z
      .number({ error: "expected a percentage from 1 to 100" })
      .min(1, { error: "expected a percentage from 1 to 100" })
      .max(100, { error: "expected a percentage from 1 to 100" })
      .default(90)
      .meta({
        description:
          "Refuse new exchanges while the heap is fuller than this percentage of its limit.",
      }),
  })
  .refine(({ body, heldBytes }) => body <= heldBytes, {
    path: ["body"],
    error: "is larger than limits.heldBytes, so no such body could ever be held",
  })
  .prefault({})
  .meta({ description: "What one request, and all together, may take." });

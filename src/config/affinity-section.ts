import { z } from "zod";
import { parseUsd } from "../base/money.ts";
import { durationField } from "./fields.ts";

const AMOUNT = { error: 'expected an amount of US dollars, such as "0.05"' };

/** Part of `routing`: staying where a prompt cache is warm. */
export const affinitySection = z
  .strictObject({
    mode: z.enum(["on", "off"], { error: "expected on or off" }).default("on").meta({
      description:
        "Keep a session at the candidate where its prompt is in the cache, unless moving is cheaper or means another model.",
    }),
    wait: durationField(0).prefault("20s").meta({
      description:
        "The longest retry-after that is waited out there, longer than routing.retry.wait, where moving costs at least worth.",
    }),
    worth: z
      .string(AMOUNT)
      .refine((text) => parseUsd(text).ok, AMOUNT)
      .default("0.05")
      .meta({ description: "What moving has to cost for such a wait, in US dollars a turn." }),
  })
  .prefault({})
  .meta({ description: "Sessions stay where their prompt cache is warm." });

import { ok } from "../../../base/result.ts";
import { type Source, toLent } from "./source.ts";

/** @source https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html (read 2026-11-26) */
export const fromEnvironment: Source = async ({ env }) =>
  ok(
    toLent(
      env["AWS_ACCESS_KEY_ID"],
      env["AWS_SECRET_ACCESS_KEY"],
      env["AWS_SESSION_TOKEN"],
      undefined,
    ),
  );

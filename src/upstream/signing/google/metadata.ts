import { fail, ok } from "../../../base/result.ts";
import { type CredentialOptions, type Found, readToken, why } from "./source.ts";

const HOST = "metadata.google.internal";
const PATH = "/computeMetadata/v1/instance/service-accounts/default/token";
/** Off Google's machines nobody answers at this name, and a request waits for it. */
const TIMEOUT_MS = 3_000;

/**
 * The service account of the machine, or of the workload in a cluster. Undefined: this is no machine of Google's.
 * @source https://docs.cloud.google.com/compute/docs/access/authenticate-workloads (read 2026-11-26)
 */
export async function fromMetadata({
  env,
  askUrl,
  now,
}: Pick<CredentialOptions, "env" | "askUrl" | "now">): Promise<Found | undefined> {
  if (env["NO_GCE_CHECK"]?.toLowerCase() === "true") return undefined;
  const answer = await askUrl({
    method: "GET",
    url: `http://${env["GCE_METADATA_HOST"] || HOST}${PATH}`,
    fields: ["metadata-flavor", "Google"],
    timeoutMs: TIMEOUT_MS,
  });
  if ("failure" in answer) return undefined;
  const lent = answer.status === 200 ? readToken(answer.body, now()) : undefined;
  if (lent === undefined) return fail(`the metadata server gives no token: ${why(answer)}`);
  return ok({ ...lent, value: { token: lent.value, quotaProject: undefined } });
}

import { fail, ok } from "../../../base/result.ts";
import { readRole, type Source, whyNot } from "./source.ts";

const METADATA = "http://169.254.169.254";
const ROLES = "/latest/meta-data/iam/security-credentials/";
/** Off AWS nobody answers at this address, and a request waits for it. */
const TIMEOUT_MS = 1_000;
const TOKEN_SECONDS = "21600";

/**
 * The role of the machine itself, asked with a session's token alone (IMDSv2).
 * @source https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html (read 2026-11-26)
 */
export const fromInstance: Source = async ({ env, askUrl }) => {
  if (env["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() === "true") return ok(undefined);
  const base = (env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] || METADATA).replace(/\/$/, "");
  const session = await askUrl({
    method: "PUT",
    url: `${base}/latest/api/token`,
    fields: ["x-aws-ec2-metadata-token-ttl-seconds", TOKEN_SECONDS],
    timeoutMs: TIMEOUT_MS,
  });
  // This is no instance, or one whose metadata are closed.
  if ("failure" in session || session.status !== 200) return ok(undefined);
  const fields = ["x-aws-ec2-metadata-token", session.body.toString()];
  const ask = async (path: string) =>
    await askUrl({ method: "GET", url: `${base}${path}`, fields, timeoutMs: TIMEOUT_MS });
  const roles = await ask(ROLES);
  if ("failure" in roles || roles.status !== 200) return ok(undefined);
  const [role = ""] = roles.body.toString().trim().split("\n");
  if (!/^[\w+=,.@-]+$/.test(role)) return ok(undefined);
  const answer = await ask(`${ROLES}${role}`);
  if ("failure" in answer || answer.status !== 200) {
    return fail(`the instance gives no credentials of its role ${role}: ${whyNot(answer)}`);
  }
  return readRole(answer.body, "the instance");
};

import { fail, ok } from "../../../base/result.ts";
import { isSafeUrl } from "../safe-url.ts";
import { readRole, type Source, whyNot } from "./source.ts";

const AGENT = "http://169.254.170.2";
/** Beside loopback: the agents of ECS and EKS. A token would be given away at any other host without TLS. */
const AGENTS: ReadonlySet<string> = new Set(["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"]);
const TIMEOUT_MS = 2_000;

/** @source https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html (read 2026-11-26) */
export const fromContainer: Source = async ({ env, readFile, askUrl }) => {
  const relative = env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
  const full = env["AWS_CONTAINER_CREDENTIALS_FULL_URI"];
  const url = relative ? `${AGENT}${relative}` : full;
  if (!url) return ok(undefined);
  if (!isTrusted(url)) {
    return fail(
      "AWS_CONTAINER_CREDENTIALS_FULL_URI names a host that is neither this machine, nor a container's agent, nor reached by https",
    );
  }
  const tokenFile = env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
  const token = tokenFile
    ? (await readFile(tokenFile))?.trim()
    : env["AWS_CONTAINER_AUTHORIZATION_TOKEN"];
  const fields = token ? ["authorization", token] : [];
  const answer = await askUrl({ method: "GET", url, fields, timeoutMs: TIMEOUT_MS });
  if ("failure" in answer || answer.status !== 200) {
    return fail(`the container's agent gives no credentials: ${whyNot(answer)}`);
  }
  return readRole(answer.body, "the container's agent");
};

function isTrusted(url: string): boolean {
  const { protocol, hostname = "" } = URL.parse(url) ?? {};
  return isSafeUrl(url) || (protocol === "http:" && AGENTS.has(hostname));
}

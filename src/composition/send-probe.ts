import type { HeaderList } from "../base/header-list.ts";
import type { Probe, ProbeAnswer } from "../quota/prober.ts";
import type { Deployment } from "../routing/deployment.ts";
import { JSON_BODY, PLAIN_FIELDS } from "../upstream/plain-fields.ts";
import type { ResponseSink, UpstreamCall } from "../upstream/transport/contract.ts";

const TIMEOUT_MS = 30_000;
const PATHS: Readonly<Record<Probe["endpoint"], string>> = {
  count_tokens: "/v1/messages/count_tokens",
  messages: "/v1/messages",
};

/** Asks Anthropic for next to nothing, to see the limits in the answer's fields. Its words are thrown away. */
export async function sendProbe(deployment: Deployment, probe: Probe): Promise<ProbeAnswer> {
  const { endpoint, model } = probe;
  const done = Promise.withResolvers<void>();
  let answer: ProbeAnswer = { status: undefined, headers: [] };
  let call: UpstreamCall | undefined;
  const stop = (): void => {
    call?.abort();
    done.resolve();
  };
  const sink: ResponseSink = {
    onHead: ({ status, headers }) => {
      answer = { status, headers };
    },
    onData: () => {},
    onEnd: () => done.resolve(),
    onFailure: () => done.resolve(),
  };
  const timer = setTimeout(stop, TIMEOUT_MS);
  const messages = [{ role: "user", content: "." }];
  const asked = endpoint === "messages" ? { model, max_tokens: 1, messages } : { model, messages };
  call = deployment.transport.send(
    {
      method: "POST",
      target: `${deployment.pathPrefix}${PATHS[endpoint]}`,
      headers: [
        ...JSON_BODY,
        ...PLAIN_FIELDS,
        ...deployment.fields,
        ...credentialFields(deployment, probe),
      ],
      body: Buffer.from(JSON.stringify(asked)),
    },
    sink,
    // One that was kept may be closed just now, which would look like no answer.
    { fresh: true },
  );
  await done.promise;
  clearTimeout(timer);
  return answer;
}

/** A caller's own is a session's; what is configured may be a key, or a long-lived token of a plan. */
function credentialFields(deployment: Deployment, { credential, isCallers }: Probe): HeaderList {
  const value = credential.reveal();
  if (!isCallers && !value.startsWith("sk-ant-oat")) return deployment.authorize(credential);
  return ["authorization", `Bearer ${value}`, "anthropic-beta", "oauth-2025-04-20"];
}

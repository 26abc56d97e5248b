import type { Secret } from "../../base/secret.ts";
import type { Candidate } from "../../routing/candidate.ts";
import type { ResponseSink, Send } from "../../upstream/transport/contract.ts";
import { RewrittenWhole } from "../../upstream/transport/rewritten-whole.ts";
import { sendToCloud } from "../../upstream/transport/send-to-cloud.ts";
import { maskHead, withoutSecret } from "../answer/mask-secret.ts";

/** How requests reach a candidate: as they are, or in its cloud's shape and signed with its credential. */
export function senderTo(
  { deployment, credential, model }: Candidate,
  requestedModel: string,
): Send {
  const { transport, pathPrefix, sign } = deployment;
  const { shape } = deployment.dialectFor(model ?? requestedModel);
  if (shape === undefined && sign === undefined) {
    return (request, sink, fresh = false) => transport.send(request, sink, { fresh });
  }
  const secret = credential.kind === "stored" ? credential.secret : undefined;
  return sendToCloud({
    transport,
    pathPrefix,
    shape,
    sign: sign && ((request) => sign(request, secret)),
    guard: withoutSigned,
  });
}

/** An answer without what its request was signed with: some upstreams repeat what they were sent. */
function withoutSigned(inner: ResponseSink, secret: Secret): ResponseSink {
  const masked: ResponseSink = {
    onHead: (head, flow) => inner.onHead(maskHead(head, secret), flow),
    onData: (chunk) => inner.onData(chunk),
    onEnd: () => inner.onEnd(),
    onFailure: (failure) => inner.onFailure(failure),
  };
  return new RewrittenWhole(masked, (head) => {
    if (head.status < 400) return undefined;
    return (body) => {
      const shown = withoutSecret({ head, body, isComplete: true }, secret).body;
      return shown === body ? undefined : { status: head.status, body: shown };
    };
  });
}

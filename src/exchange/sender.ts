import type { Candidate } from "../routing/candidate.ts";
import type { Send } from "../upstream/transport/contract.ts";
import { sendToCloud } from "../upstream/transport/send-to-cloud.ts";

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
  });
}

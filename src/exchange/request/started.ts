import type { ClientInfo } from "../../identity/client.ts";
import type { StartedRecord } from "../../store/record.ts";
import type { Question } from "../question.ts";
import { BodyFacts } from "./body-facts.ts";
import { classOf } from "./request-class.ts";

const MAX_PATH_LENGTH = 512;

/** What is known of an exchange before it reaches an upstream. */
export function toStartedRecord(
  question: Question,
  client: ClientInfo,
  provider: string,
): StartedRecord {
  const { call, identity, facts } = question;
  return {
    id: call.id,
    startedAt: call.startedAt,
    principal: identity.principal,
    organisation: identity.organisation,
    keyId: identity.key?.id,
    sessionId: client.sessionId,
    agentId: client.agentId,
    parentAgentId: client.parentAgentId,
    promptId: client.promptId,
    requestClass: recordedClass(question, client),
    client: client.name,
    clientVersion: client.version,
    dialect: call.dialect.id,
    operation: call.operation,
    method: call.request.method ?? "",
    path: call.path.slice(0, MAX_PATH_LENGTH),
    requestedModel: facts.model,
    stream: facts.stream === true,
    credentialClass: identity.credentialClass,
    account: identity.account,
    provider,
  };
}

/** What was recognised is told from what the client said. */
function recordedClass({ call, facts, body }: Question, client: ClientInfo): string | undefined {
  const { rawHeaders: headers } = call.request;
  const { operation } = call;
  const found = classOf({ headers, client, operation, facts, body: new BodyFacts(body, facts) });
  return found === undefined || found.isTold ? found?.name : `${found.name} (recognised)`;
}

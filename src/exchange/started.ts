import type { ClientInfo } from "../identity/client.ts";
import type { Identity } from "../identity/principal.ts";
import type { StartedRecord } from "../store/record.ts";
import type { ClientCall } from "./call.ts";
import type { Facts } from "./facts.ts";

const MAX_PATH_LENGTH = 512;

/** What is known of an exchange before it reaches an upstream. */
export function toStartedRecord(
  call: ClientCall,
  identity: Identity,
  client: ClientInfo,
  facts: Facts,
  provider: string,
): StartedRecord {
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
    requestClass: client.requestClass,
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

import { type GatewayError, gatewayError } from "../../../base/errors.ts";
import { allValues, type HeaderList } from "../../../base/header-list.ts";
import { isObject, parseJson } from "../../../base/json.ts";
import { editMembers } from "../../../base/json-edit.ts";
import { findMember, readBoolean, scanTopLevel } from "../../../base/json-scan.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import type { CloudShape, WholeRequest } from "../../cloud.ts";
import { exceptionKind, exceptionName, messageOf } from "../../dialects/bedrock-converse/index.ts";
import {
  EVENT_STREAM_TYPE,
  EventStreamAnswer,
  type EventStreamReading,
} from "../../eventstream/event-stream-answer.ts";
import { type EventFrame, exceptionOf } from "../../eventstream/frame.ts";
import { encode } from "../../signing/aws/index.ts";
import { type ClaudeError, claudeEnvelope, claudeError } from "../claude-error.ts";

/** @source https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html (read 2026-11-26) */
export const BEDROCK_VERSION = "bedrock-2023-05-31";
const MESSAGES = "/v1/messages";
/** What Bedrock says in the path or adds itself, and what is put in anew. */
const REMOVED = ["model", "stream", "anthropic_version", "anthropic_beta"] as const;
/** Of the client's own, what is said elsewhere here, or would look like a part of the signature. */
const DROPPED = /^(?:anthropic-.*|x-amz-.*|amz-sdk-.*|accept)$/i;
/** Beside the last event, for whoever counts by them. */
const METRICS = "amazon-bedrock-invocationMetrics";

/** Anthropic's Messages as Bedrock carries them for one model: InvokeModel and InvokeModelWithResponseStream. */
export function invokeShape(model: string): CloudShape {
  const path = `/model/${encode(model)}`;
  return {
    toCloud: (request) => (isMessages(request) ? toInvoke(request, path) : ok(request)),
    fromCloud: (inner, abort) => new EventStreamAnswer(inner, READING, abort),
  };
}

function isMessages({ target }: WholeRequest): boolean {
  return target.split("?", 1)[0] === MESSAGES;
}

function toInvoke(request: WholeRequest, path: string): Result<WholeRequest, GatewayError> {
  const { headers, body = Buffer.alloc(0) } = request;
  const scan = scanTopLevel(body);
  const isStream = readBoolean(findMember(scan, "stream")) === true;
  const betas = betasOf(headers, body);
  const edited = editMembers(body, {
    remove: REMOVED,
    insert: {
      anthropic_version: JSON.stringify(BEDROCK_VERSION),
      ...(betas.length > 0 && { anthropic_beta: JSON.stringify(betas) }),
    },
  });
  if (edited === undefined) return fail(NOT_JSON);
  const kept = headers.filter((_, at) => !DROPPED.test(headers[at - (at % 2)] ?? ""));
  const accept = ["accept", isStream ? EVENT_STREAM_TYPE : "application/json"];
  const operation = isStream ? "invoke-with-response-stream" : "invoke";
  return ok({
    ...request,
    target: `${path}/${operation}`,
    headers: [...kept, ...accept],
    body: edited,
  });
}

/** Bedrock reads them in the body alone: those of the header, and those that a body already has. */
function betasOf(headers: HeaderList, body: Buffer): readonly string[] {
  const ofHeader = allValues(headers, "anthropic-beta").flatMap((value) => value.split(","));
  const member = findMember(scanTopLevel(body, new Set(["anthropic_beta"])), "anthropic_beta");
  const ofBody =
    member === undefined
      ? undefined
      : parseJson(body.subarray(member.valueStart, member.valueEnd), { maxBytes: body.length });
  const listed = ofBody?.ok === true && Array.isArray(ofBody.value) ? ofBody.value : [];
  const all = [...ofHeader.map((beta) => beta.trim()), ...listed];
  return [...new Set(all.filter((beta) => typeof beta === "string" && beta !== ""))];
}

const READING: EventStreamReading = {
  toEvents,
  toWhole: ({ status, headers }) =>
    status < 400
      ? undefined
      : (body) => {
          const told = toldError(exceptionName(headers), messageOf(body), status);
          return { status: told.status, body: Buffer.from(claudeEnvelope(told)) };
        },
};

function toEvents(frame: EventFrame): string | undefined {
  const { headers, payload } = frame;
  const exception = exceptionOf(frame);
  if (exception !== undefined) {
    const told = toldError(exception.name, exception.message ?? messageOf(payload));
    return `event: error\ndata: ${claudeEnvelope(told)}\n\n`;
  }
  const event = headers.get(":event-type") === "chunk" ? eventOf(payload) : undefined;
  if (event === undefined) return undefined;
  const type = typeOf(event);
  if (type === undefined) return undefined;
  return `event: ${type}\ndata: ${event.toString("utf8").replaceAll(/\r?\n/g, "\ndata: ")}\n\n`;
}

/** Anthropic's own event, byte for byte but for what Bedrock wrote into it. */
function eventOf(payload: Buffer): Buffer | undefined {
  const parsed = parseJson(payload, { maxBytes: payload.length });
  const bytes = parsed.ok && isObject(parsed.value) ? parsed.value["bytes"] : undefined;
  if (typeof bytes !== "string") return undefined;
  const event = Buffer.from(bytes, "base64");
  return event.includes(METRICS) ? editMembers(event, { remove: [METRICS], insert: {} }) : event;
}

function typeOf(event: Buffer): string | undefined {
  const scan = scanTopLevel(event, TYPE);
  const member = findMember(scan, "type");
  if (member?.type !== "string") return undefined;
  const type = event.toString("latin1", member.valueStart + 1, member.valueEnd - 1);
  return /^[a-z_]{1,64}$/.test(type) ? type : undefined;
}

const TYPE: ReadonlySet<string> = new Set(["type"]);

const NOT_JSON = gatewayError("invalid_body", "The body is not a JSON object");

/** In a stream there is no status. */
function toldError(name: string | undefined, message: string, status?: number): ClaudeError {
  return claudeError({ kind: exceptionKind(name, message, status), message });
}

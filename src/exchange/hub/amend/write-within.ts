import type { GatewayError } from "../../../base/errors.ts";
import { ok, type Result } from "../../../base/result.ts";
import type {
  CanonicalRequest,
  JsonObject,
  Thinking,
  WrittenRequest,
} from "../../../canonical/index.ts";
import type { BoundDialect } from "../../../upstream/dialects/bind.ts";
import { nearestEffort, wantedEffort } from "../../../upstream/dialects/shared/effort.ts";
import type { Limits } from "./limits.ts";
import { dispensable } from "./members.ts";

/** A request with what of it was lost on the way. */
interface Cut {
  readonly request: CanonicalRequest;
  readonly lost: readonly string[];
}

/** Writes a request within what its model takes. */
export function writeWithin(
  dialect: Pick<BoundDialect, "writeRequest">,
  asked: CanonicalRequest,
  limits: Limits,
): Result<WrittenRequest, GatewayError> {
  const tokens = cutTokens(asked, limits);
  const effort = cutEffort(tokens.request, limits);
  const written = writeOwnLimit(dialect, effort.request, limits);
  if (!written.ok) return written;
  const { body, lost } = leaveOut(written.value.body, limits);
  const lossy = new Set([...written.value.lossy, ...tokens.lost, ...effort.lost, ...lost]);
  return ok({ ...written.value, body, lossy: [...lossy] });
}

function cutTokens(request: CanonicalRequest, { maxTokens: most }: Limits): Cut {
  const { maxTokens } = request;
  if (most === undefined || maxTokens === undefined || maxTokens <= most) {
    return { request, lost: [] };
  }
  return { request: { ...request, maxTokens: most }, lost: ["maxTokens"] };
}

/** The dialect that needs a limit has one of its own where the client names none, and that may be too much as well. */
function writeOwnLimit(
  dialect: Pick<BoundDialect, "writeRequest">,
  request: CanonicalRequest,
  { maxTokens: most }: Limits,
): Result<WrittenRequest, GatewayError> {
  const written = dialect.writeRequest(request);
  if (!written.ok || most === undefined || request.maxTokens !== undefined) return written;
  const own = written.value.body["max_tokens"];
  return typeof own === "number" && own > most
    ? dialect.writeRequest({ ...request, maxTokens: most })
    : written;
}

function cutEffort(request: CanonicalRequest, { efforts, thinks }: Limits): Cut {
  const { thinking, effort, ...rest } = request;
  if (thinking === undefined && effort === undefined) return { request, lost: [] };
  if (thinks === false) return { request: rest, lost: [thinking ? "thinking" : "effort"] };
  const wanted = wantedEffort(request);
  if (efforts === undefined || wanted === undefined || wanted === "adaptive") {
    return { request, lost: [] };
  }
  const nearest = nearestEffort(wanted, efforts);
  if (nearest === wanted) return { request, lost: [] };
  const isOff = thinking?.mode === "off";
  const lost = [effort === undefined || isOff ? "thinking" : "effort"];
  if (nearest === undefined) {
    const isThinking = thinking !== undefined && !isOff;
    return { request: isThinking ? { ...rest, thinking } : rest, lost };
  }
  // A budget, or none at all, would say another level again.
  const isByThinking = effort === undefined || isOff;
  const spoken: Thinking | undefined = isByThinking ? { mode: "adaptive" } : thinking;
  const thought = spoken === undefined ? {} : { thinking: spoken };
  return { request: { ...rest, ...thought, effort: nearest }, lost };
}

function leaveOut(
  body: JsonObject,
  { without = [] }: Limits,
): { readonly body: JsonObject; readonly lost: readonly string[] } {
  const lost: string[] = [];
  const left: Record<string, unknown> = { ...body };
  for (const name of without.filter((each) => each in body)) {
    const { instead, loses } = dispensable(name) ?? {};
    delete left[name];
    if (instead !== undefined && !without.includes(instead)) left[instead] = body[name];
    else if (loses !== undefined) lost.push(loses);
  }
  return { body: left, lost };
}

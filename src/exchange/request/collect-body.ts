import { gatewayError } from "../../base/errors.ts";
import { fail, ok } from "../../base/result.ts";
import type { ClientCall } from "../call.ts";
import type { ExchangeSettings, House } from "../house.ts";
import { holdBody, type RequestBody, streamBody } from "./body.ts";
import { needsBody } from "./facts.ts";
import { unpackBody } from "./unpack.ts";

/** Holds a body that is read before it is sent, and lets every other one stream. */
export async function collectBody(call: ClientCall, house: House, settings: ExchangeSettings) {
  if (needsBody(call.operation, call.request.method ?? "")) {
    const body = await holdBody(call.request, settings.limits, house.held);
    if (!body.ok) return body;
    if (settings.dispatch !== undefined && body.value.kind === "stream") {
      body.value.drop();
      return fail(TOO_LARGE);
    }
    const { rawHeaders } = call.request;
    const unpacked = await unpackBody(body.value, rawHeaders, settings.limits, house.held);
    if (call.readBody === undefined || unpacked.kind === "none") return ok(unpacked);
    return reshaped(unpacked, call.readBody);
  }
  return { ok: true, value: streamBody(call.request) } as const;
}

/** A body in a cloud's shape is read whole, whoever it goes to. */
function reshaped(body: Exclude<RequestBody, { readonly kind: "none" }>, read: ReadBody) {
  if (body.kind === "held" && body.plain.ok) {
    const found = read(Buffer.concat(body.plain.value));
    if (found === undefined) return ok(body);
    if ("body" in found) {
      body.rewrite(found.body, found.fields);
      return ok(body);
    }
    body.drop();
    return fail(found);
  }
  body.drop();
  return fail(body.kind === "held" && !body.plain.ok ? body.plain.error : TOO_LARGE);
}

type ReadBody = NonNullable<ClientCall["readBody"]>;

const TOO_LARGE = gatewayError(
  "body_too_large",
  "The body is larger than limits.body (MAX_BUFFER_BYTES), and has to be held whole to see which model it asks for",
);

export function dropBody(body: RequestBody): void {
  if (body.kind !== "none") body.drop();
}

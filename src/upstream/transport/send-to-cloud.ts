import type { GatewayError } from "../../base/errors.ts";
import { gatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { CloudShape, WholeRequest } from "../cloud.ts";
import type { ResponseSink, Send, Transport, UpstreamCall, UpstreamRequest } from "./contract.ts";

/** What lies between a finished request and the wire. */
export interface CloudWay {
  readonly transport: Transport;
  /** Of the deployment: in front of every target. */
  readonly pathPrefix: string;
  /** Undefined: the dialect's own. */
  readonly shape: CloudShape | undefined;
  /** The fields to add, once nothing is changed any more; undefined: none. */
  readonly sign: ((request: WholeRequest) => Promise<Result<HeaderList, GatewayError>>) | undefined;
}

/** Sends requests in a cloud's shape, signed at the last moment: a signature is good for minutes, and for these bytes. */
export function sendToCloud(way: CloudWay): Send {
  return (request, sink, fresh = false) => {
    const call = new CloudCall(way, sink);
    void call.start(request, fresh);
    return call;
  };
}

/** A call that may end before it is sent. */
class CloudCall implements UpstreamCall {
  readonly #way: CloudWay;
  readonly #sink: ResponseSink;
  #call: UpstreamCall | undefined;
  #isAborted = false;

  constructor(way: CloudWay, sink: ResponseSink) {
    this.#way = way;
    this.#sink = sink;
  }

  abort(): void {
    this.#isAborted = true;
    this.#call?.abort();
  }

  /** Never rejects: whatever goes wrong is told to the sink. */
  async start(request: UpstreamRequest, fresh: boolean): Promise<void> {
    const ready = await this.#makeReady(request);
    if (this.#isAborted) return;
    if (!ready.ok) {
      this.#sink.onFailure({
        error: ready.error,
        beforeResponse: true,
        onReusedConnection: false,
      });
      return;
    }
    const { transport, shape } = this.#way;
    const sink = shape?.fromCloud?.(this.#sink, () => this.abort()) ?? this.#sink;
    this.#call = transport.send(ready.value, sink, { fresh });
  }

  async #makeReady(request: UpstreamRequest): Promise<Result<WholeRequest, GatewayError>> {
    try {
      return await makeReady(this.#way, request);
    } catch (cause) {
      return fail(
        gatewayError("internal", "A request could not be made ready for its cloud", { cause }),
      );
    }
  }
}

async function makeReady(
  { pathPrefix, shape, sign }: CloudWay,
  request: UpstreamRequest,
): Promise<Result<WholeRequest, GatewayError>> {
  const body = await wholeBody(request.body);
  const target = request.target.slice(pathPrefix.length);
  const shaped = shape?.toCloud({ ...request, target, body }) ?? ok({ ...request, target, body });
  if (!shaped.ok) return shaped;
  const whole = { ...shaped.value, target: `${pathPrefix}${shaped.value.target}` };
  const headers = whole.headers.filter((_, at) => !isLength(whole.headers[at - (at % 2)]));
  const signed = await sign?.({ ...whole, headers });
  if (signed?.ok === false) return signed;
  return ok({ ...whole, headers: [...headers, ...(signed?.value ?? [])] });
}

/** A Buffer's length is its framing, and this one has another length than the client's. */
function isLength(name: string | undefined): boolean {
  return name?.toLowerCase() === "content-length";
}

async function wholeBody(body: UpstreamRequest["body"]): Promise<Buffer | undefined> {
  if (body === undefined || Buffer.isBuffer(body)) return body;
  return Buffer.concat(await Array.fromAsync(body));
}

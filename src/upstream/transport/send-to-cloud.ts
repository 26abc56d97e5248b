import type { GatewayError } from "../../base/errors.ts";
import { gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { Secret } from "../../base/secret.ts";
import type { CloudShape, Signed, WholeRequest } from "../cloud.ts";
import type { ResponseSink, Send, Transport, UpstreamCall, UpstreamRequest } from "./contract.ts";

/** What lies between a finished request and the wire. */
export interface CloudWay {
  readonly transport: Transport;
  /** Of the deployment: in front of every target. */
  readonly pathPrefix: string;
  /** Undefined: the dialect's own. */
  readonly shape: CloudShape | undefined;
  /** Asked once nothing is changed any more; undefined: nothing is added. */
  readonly sign: ((request: WholeRequest) => Promise<Result<Signed, GatewayError>>) | undefined;
  /** Stands in front of whoever reads the answer to a request that carried a secret. */
  readonly guard?: (inner: ResponseSink, secret: Secret) => ResponseSink;
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
    const shaped = await this.#shape(request);
    if (!shaped.ok) this.#fail(shaped.error);
    else await this.#send(shaped.value, fresh, false);
  }

  async #send(request: WholeRequest, fresh: boolean, isRepeated: boolean): Promise<void> {
    const signed = await this.#sign(request);
    if (this.#isAborted) return;
    if (!signed.ok) {
      this.#fail(signed.error);
      return;
    }
    const { fields, secret, forget } = signed.value;
    const { transport, shape, guard } = this.#way;
    const shown = (secret && guard?.(this.#sink, secret)) ?? this.#sink;
    const own = shape?.fromCloud?.(shown, () => this.abort()) ?? shown;
    // A credential may end before its time; a second one that is refused is refused for good.
    const sink =
      forget === undefined || isRepeated
        ? own
        : unlessUnknown(own, () => {
            this.#call?.abort();
            forget();
            void this.#send(request, fresh, true);
          });
    const headers = [...request.headers, ...fields];
    this.#call = transport.send({ ...request, headers }, sink, { fresh });
  }

  #fail(error: GatewayError): void {
    if (this.#isAborted) return;
    this.#sink.onFailure({ error, beforeResponse: true, onReusedConnection: false });
  }

  async #shape(request: UpstreamRequest): Promise<Result<WholeRequest, GatewayError>> {
    try {
      return await toShape(this.#way, request);
    } catch (cause) {
      return fail(notReady(cause));
    }
  }

  async #sign(request: WholeRequest): Promise<Result<Signed, GatewayError>> {
    try {
      return (await this.#way.sign?.(request)) ?? ok({ fields: [] });
    } catch (cause) {
      return fail(notReady(cause));
    }
  }
}

/** Keeps an answer back that says that the credential is not known, and has the call repeated. */
function unlessUnknown(inner: ResponseSink, again: () => void): ResponseSink {
  return {
    onHead: (head, flow) => (head.status === 401 ? again() : inner.onHead(head, flow)),
    onData: (chunk) => inner.onData(chunk),
    onEnd: () => inner.onEnd(),
    onFailure: (failure) => inner.onFailure(failure),
  };
}

function notReady(cause: unknown): GatewayError {
  return gatewayError("internal", "A request could not be made ready for its cloud", { cause });
}

async function toShape(
  { pathPrefix, shape }: CloudWay,
  request: UpstreamRequest,
): Promise<Result<WholeRequest, GatewayError>> {
  const body = await wholeBody(request.body);
  const target = request.target.slice(pathPrefix.length);
  const shaped = shape?.toCloud({ ...request, target, body }) ?? ok({ ...request, target, body });
  if (!shaped.ok) return shaped;
  const whole = { ...shaped.value, target: `${pathPrefix}${shaped.value.target}` };
  const headers = whole.headers.filter((_, at) => !isLength(whole.headers[at - (at % 2)]));
  return ok({ ...whole, headers });
}

/** A Buffer's length is its framing, and this one has another length than the client's. */
function isLength(name: string | undefined): boolean {
  return name?.toLowerCase() === "content-length";
}

async function wholeBody(body: UpstreamRequest["body"]): Promise<Buffer | undefined> {
  if (body === undefined || Buffer.isBuffer(body)) return body;
  return Buffer.concat(await Array.fromAsync(body));
}

import type { ServerResponse } from "node:http";
import { firstValue, type HeaderList } from "../../base/header-list.ts";
import { isObject, parseJson } from "../../base/json.ts";
import { EVENT_STREAM_TYPE } from "../../upstream/eventstream/event-stream-answer.ts";
import { encodeFrame } from "../../upstream/eventstream/frame.ts";
import { parseEvent } from "../../upstream/sse/parse-event.ts";
import { SseSplitter } from "../../upstream/sse/splitter.ts";
import type { ExceptionName } from "../dialect.ts";

/** Where an answer is written; what is written here is in the client's own dialect. */
export interface ClientOutput {
  writeHead(status: number, reason: string, fields: string[]): void;
  /** False: wait until the response drains. */
  write(bytes: Buffer | string): boolean;
  end(): void;
}

/** As it is written. */
export function plainOutput(response: ServerResponse): ClientOutput {
  return {
    writeHead: (status, reason, fields) => response.writeHead(status, reason, fields),
    write: (bytes) => response.write(bytes),
    end: () => response.end(),
  };
}

/** An event of Anthropic's is hardly larger. */
const MAX_EVENT_BYTES = 32 * 2 ** 20;
const MAX_HELD_BYTES = 256 * 1024;

/**
 * Frames an answer of Anthropic's dialect as Bedrock would have: events in an event stream, errors as exceptions. What is
 * neither a stream nor an error is the same in both.
 */
export class EventStreamOutput implements ClientOutput {
  readonly #response: ServerResponse;
  readonly #names: ExceptionName;
  #splitter: SseSplitter | undefined;
  #frames: Buffer[] = [];
  /** What is said otherwise as a whole: an error, whose name stands in its head, and what the client's dialect says its own way. */
  #held:
    | {
        readonly status: number;
        readonly reason: string;
        readonly fields: string[];
        readonly chunks: Buffer[];
      }
    | undefined;

  constructor(response: ServerResponse, names: ExceptionName) {
    this.#response = response;
    this.#names = names;
  }

  writeHead(status: number, reason: string, fields: string[]): void {
    if (status >= 400 || this.#names.toWhole !== undefined) {
      this.#held = { status, reason, fields, chunks: [] };
      return;
    }
    if (firstValue(fields, "content-type")?.startsWith("text/event-stream") !== true) {
      this.#response.writeHead(status, reason, fields);
      return;
    }
    this.#splitter = new SseSplitter(
      (text, from, end) => this.#onEvent(text.slice(from, end)),
      MAX_EVENT_BYTES,
    );
    const type = [
      "content-type",
      EVENT_STREAM_TYPE,
      "x-amzn-bedrock-content-type",
      "application/json",
    ];
    this.#response.writeHead(status, reason, [...without(fields), ...type]);
  }

  write(bytes: Buffer | string): boolean {
    const buffer = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
    if (this.#held !== undefined) {
      if (buffer.length <= MAX_HELD_BYTES) this.#held.chunks.push(buffer);
      return true;
    }
    if (this.#splitter === undefined) return this.#response.write(buffer);
    this.#splitter.push(buffer);
    const frames = Buffer.concat(this.#frames);
    this.#frames = [];
    // An empty write sends the head.
    return frames.length === 0 && buffer.length > 0 ? true : this.#response.write(frames);
  }

  end(): void {
    if (this.#held !== undefined) {
      const { status, reason, fields, chunks } = this.#held;
      const { text, added } = this.#whole(status, Buffer.concat(chunks));
      const body = Buffer.from(text);
      const own = ["content-type", "application/json", "content-length", String(body.length)];
      this.#response.writeHead(status, reason, [...without(fields), ...own, ...added]);
      this.#response.write(body);
    }
    this.#response.end();
  }

  #whole(status: number, bytes: Buffer): { readonly text: string; readonly added: string[] } {
    const { nameOf, toWhole } = this.#names;
    const told = status < 400 ? toWhole?.(bytes) : undefined;
    if (told !== undefined) return { text: told, added: [] };
    const { type, message } = errorOf(bytes);
    return { text: JSON.stringify({ message }), added: ["x-amzn-errortype", nameOf(type)] };
  }

  #onEvent(latin1: string): void {
    const event = parseEvent(latin1);
    if (event === undefined) return;
    const data = Buffer.from(event.data);
    this.#frames.push(event.event === "error" ? this.#exception(data) : chunk(data));
  }

  #exception(data: Buffer): Buffer {
    const { type, message } = errorOf(data);
    const name = this.#names.nameOf(type);
    return frame(JSON.stringify({ message }), [
      [":message-type", "exception"],
      [":exception-type", `${name.charAt(0).toLowerCase()}${name.slice(1)}`],
    ]);
  }
}

function chunk(event: Buffer): Buffer {
  return frame(JSON.stringify({ bytes: event.toString("base64") }), [
    [":message-type", "event"],
    [":event-type", "chunk"],
  ]);
}

function frame(payload: string, headers: readonly (readonly [string, string])[]): Buffer {
  return encodeFrame({
    headers: new Map([...headers, [":content-type", "application/json"]]),
    payload: Buffer.from(payload),
  });
}

function errorOf(envelope: Buffer): { readonly type: string; readonly message: string } {
  const parsed = parseJson(envelope, { maxBytes: MAX_HELD_BYTES });
  const error = parsed.ok && isObject(parsed.value) ? parsed.value["error"] : undefined;
  const { type, message } = isObject(error) ? error : {};
  return {
    type: typeof type === "string" ? type : "api_error",
    message: typeof message === "string" ? message : "The upstream failed and did not say why.",
  };
}

const OF_BODY: ReadonlySet<string> = new Set(["content-type", "content-length"]);

function without(fields: HeaderList): string[] {
  return fields.filter((_, at) => !OF_BODY.has((fields[at - (at % 2)] ?? "").toLowerCase()));
}

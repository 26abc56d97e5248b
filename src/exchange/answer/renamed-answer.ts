import { allValues, type HeaderList } from "../../base/header-list.ts";
import { findMember, scanTopLevel } from "../../base/json-scan.ts";
import { spliceModel } from "../../base/json-splice.ts";
import type { Tap } from "../../upstream/dialects/anthropic/index.ts";
import type {
  Flow,
  ResponseHead,
  ResponseSink,
  TransportFailure,
} from "../../upstream/transport/contract.ts";

/** A whole answer is not larger, and the first event of a stream much smaller. */
const MAX_ANSWER_BYTES = 32 * 2 ** 20;
const MAX_EVENT_BYTES = 256 * 1024;
const EVENT_END = /\r?\n\r?\n/g;

/**
 * Gives an answer of the Messages API the model's name that the client asked for, and changes no other byte: Claude Code takes
 * thinking for another model's, and drops it, where the name is not the one that it knows.
 *
 * A packed answer, and one that is none of the API's, goes as it is.
 */
export class RenamedAnswer implements ResponseSink {
  readonly #inner: ResponseSink;
  readonly #model: string;
  readonly #makeTap: (head: ResponseHead) => Tap | undefined;
  #tap: Tap | undefined;
  /** What is held back: nothing, the beginning of a stream, or the whole. */
  #holding: "nothing" | "beginning" | "whole" = "nothing";
  #head: { readonly head: ResponseHead; readonly flow: Flow } | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** The tap reads what the upstream sent: the model that answered is a fact of the record. */
  constructor(
    inner: ResponseSink,
    model: string,
    makeTap: (head: ResponseHead) => Tap | undefined,
  ) {
    this.#inner = inner;
    this.#model = model;
    this.#makeTap = makeTap;
  }

  /** Opens the tap for the relay, whose own bytes are others. */
  openTap(head: ResponseHead): Tap | undefined {
    const tap = this.#makeTap(head);
    this.#tap = tap;
    if (tap === undefined) return undefined;
    return {
      push: () => {},
      get atBoundary() {
        return tap.atBoundary;
      },
      finish: () => tap.finish(),
    };
  }

  onHead(head: ResponseHead, flow: Flow): void {
    this.#holding = holdingFor(head);
    if (this.#holding === "whole") this.#head = { head, flow };
    else this.#inner.onHead(head, flow);
  }

  onData(chunk: Buffer): void {
    if (this.#holding === "nothing") {
      this.#pass(chunk, chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#holding === "whole") {
      if (this.#bytes > MAX_ANSWER_BYTES) this.#letGo((held) => held);
    } else this.#passBeginning();
  }

  /** Up to and with the first event that says something; before it come comments, which keep the connection alive. */
  #passBeginning(): void {
    const held = Buffer.concat(this.#chunks);
    let from = 0;
    for (const { index, 0: gap } of held.toString("latin1").matchAll(EVENT_END)) {
      const end = index + gap.length;
      const event = held.subarray(from, end);
      if (event.includes("{")) {
        this.#chunks = [held.subarray(from)];
        this.#letGo(() => Buffer.concat([renameEvent(event, this.#model), held.subarray(end)]));
        return;
      }
      this.#pass(event, event);
      from = end;
    }
    this.#chunks = [held.subarray(from)];
    this.#bytes = held.length - from;
    if (this.#bytes > MAX_EVENT_BYTES) this.#letGo((all) => all);
  }

  onEnd(): void {
    if (this.#holding === "whole") this.#letGo((held) => renameMessage(held, this.#model));
    else if (this.#holding === "beginning") this.#letGo((held) => held);
    this.#inner.onEnd();
  }

  onFailure(failure: TransportFailure): void {
    if (this.#holding === "beginning") this.#letGo((held) => held);
    this.#inner.onFailure(failure);
  }

  #letGo(rename: (held: Buffer) => Buffer): void {
    const held = Buffer.concat(this.#chunks);
    this.#holding = "nothing";
    this.#chunks = [];
    if (this.#head !== undefined) {
      const { head, flow } = this.#head;
      this.#inner.onHead({ ...head, headers: withoutLength(head.headers) }, flow);
    }
    if (held.length > 0) this.#pass(rename(held), held);
  }

  #pass(renamed: Buffer, received: Buffer): void {
    this.#inner.onData(renamed);
    this.#tap?.push(received);
  }
}

function holdingFor({ status, headers }: ResponseHead): "nothing" | "beginning" | "whole" {
  if (status !== 200 || allValues(headers, "content-encoding").length > 0) return "nothing";
  const type = allValues(headers, "content-type").join().toLowerCase();
  if (type.includes("event-stream")) return "beginning";
  return type.includes("json") ? "whole" : "nothing";
}

function renameMessage(bytes: Buffer, model: string): Buffer {
  const renamed = spliceModel(bytes, model);
  return renamed === undefined ? bytes : Buffer.concat(renamed);
}

/** The name is in the message that the first event begins. */
function renameEvent(bytes: Buffer, model: string): Buffer {
  const from = bytes.indexOf("{");
  const lineEnd = bytes.indexOf("\n", from);
  if (from < 0 || lineEnd < 0) return bytes;
  const data = bytes.subarray(from, lineEnd);
  const member = findMember(scanTopLevel(data), "message");
  if (member?.type !== "object") return bytes;
  const [start, end] = [from + member.valueStart, from + member.valueEnd];
  const renamed = spliceModel(bytes.subarray(start, end), model);
  if (renamed === undefined) return bytes;
  return Buffer.concat([bytes.subarray(0, start), ...renamed, bytes.subarray(end)]);
}

/** The renamed answer has another. */
function withoutLength(headers: HeaderList): HeaderList {
  return headers.filter((_, at) => headers[at - (at % 2)]?.toLowerCase() !== "content-length");
}

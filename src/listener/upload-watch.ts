import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/** The slowest upload that is borne: this many bytes in this span. */
export interface UploadSpeed {
  readonly windowMs: number;
  readonly bytesPerSecond: number;
}

interface Upload {
  readonly request: IncomingMessage;
  readonly refuse: () => void;
  windowStartedMs: number;
  bytesAtStart: number;
}

const SWEEPS_PER_WINDOW = 3;
const MS_PER_SECOND = 1_000;

/** Ends uploads that crawl (design R19): one sweep over the sockets, nothing per request but an entry. */
export class UploadWatch implements Disposable {
  readonly #speed: UploadSpeed;
  readonly #monotonicMs: () => number;
  readonly #uploads = new Map<Socket, Upload>();
  readonly #timer: NodeJS.Timeout;

  constructor(speed: UploadSpeed, monotonicMs: () => number) {
    this.#speed = speed;
    this.#monotonicMs = monotonicMs;
    this.#timer = setInterval(() => this.sweep(), speed.windowMs / SWEEPS_PER_WINDOW);
    this.#timer.unref();
  }

  /** Watches the request that is now arriving on its socket; the next one there replaces it. */
  watch(request: IncomingMessage, refuse: () => void): void {
    this.#uploads.set(request.socket, {
      request,
      refuse,
      windowStartedMs: this.#monotonicMs(),
      bytesAtStart: request.socket.bytesRead,
    });
  }

  /** Looks at every upload once; the timer does, and tests may. */
  sweep(): void {
    const nowMs = this.#monotonicMs();
    for (const [socket, upload] of this.#uploads) {
      if (upload.request.complete || socket.destroyed) this.#uploads.delete(socket);
      else if (nowMs - upload.windowStartedMs >= this.#speed.windowMs)
        this.#judge(socket, upload, nowMs);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #judge(socket: Socket, upload: Upload, nowMs: number): void {
    const seconds = (nowMs - upload.windowStartedMs) / MS_PER_SECOND;
    const received = socket.bytesRead - upload.bytesAtStart;
    // With unread bytes in our own buffer it is the upstream that is slow, not the client.
    const waitsForUs = upload.request.readableLength > 0;
    if (!waitsForUs && received < this.#speed.bytesPerSecond * seconds) {
      this.#uploads.delete(socket);
      upload.refuse();
      return;
    }
    upload.windowStartedMs = nowMs;
    upload.bytesAtStart = socket.bytesRead;
  }
}

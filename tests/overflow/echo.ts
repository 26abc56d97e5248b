import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { type Answer, type Delivery, failure, type Responder } from "../upstream/answer.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";

/** Everything that an upstream was told, in order: what a careless one repeats. */
function toldBy(request: RecordedRequest): Buffer {
  const { target, rawHeaders, body } = request;
  return Buffer.from(JSON.stringify([target, rawHeaders, body.toString()]));
}

/** How it repeats that in the body of an error. */
export const BODY_ECHOES = {
  "as it came": { coding: undefined, write: (told) => told },
  "in base64": { coding: undefined, write: (told) => Buffer.from(told.toString("base64")) },
  "in base64, one byte later": {
    coding: undefined,
    write: (told) => Buffer.from(Buffer.concat([Buffer.from("x"), told]).toString("base64")),
  },
  "in base64, two bytes later": {
    coding: undefined,
    write: (told) => Buffer.from(Buffer.concat([Buffer.from("xy"), told]).toString("base64url")),
  },
  "in hex": { coding: undefined, write: (told) => Buffer.from(told.toString("hex")) },
  "in capital hex": {
    coding: undefined,
    write: (told) => Buffer.from(told.toString("hex").toUpperCase()),
  },
  gzipped: { coding: "gzip", write: (told) => gzipSync(told) },
  deflated: { coding: "deflate", write: (told) => deflateSync(told) },
  "in brotli": { coding: "br", write: (told) => brotliCompressSync(told) },
  "in base64, gzipped": {
    coding: "gzip",
    write: (told) => gzipSync(Buffer.from(told.toString("base64"))),
  },
  "gzipped twice": { coding: "gzip, gzip", write: (told) => gzipSync(gzipSync(told)) },
  "in a coding that is none": { coding: "rot13", write: (told) => told },
  "behind 300 KB of words": {
    coding: undefined,
    write: (told) => Buffer.concat([Buffer.alloc(300_000, "words "), told]),
  },
} as const satisfies Readonly<
  Record<string, { coding: string | undefined; write: (told: Buffer) => Buffer }>
>;
export type BodyEcho = keyof typeof BODY_ECHOES;

/** An upstream that answers with an error, and repeats all that it was told in its body. */
export function echoInBody(status: number, how: BodyEcho, delivery: Delivery = {}): Responder {
  const { coding, write } = BODY_ECHOES[how];
  return (request): Answer => ({
    status,
    headers: [
      "Content-Type",
      "application/json",
      ...(coding === undefined ? [] : ["Content-Encoding", coding]),
    ],
    pieces: [write(toldBy(request))],
    stream: false,
    delivery,
  });
}

/** An upstream that repeats the credential in the fields of its answer, and in the words of its status line. */
export const FIELD_ECHOES = {
  "as it came": (secret) => secret,
  "inside words": (secret) => `the key ${secret} is not known`,
  "in base64": (secret) => Buffer.from(secret).toString("base64"),
  "in hex": (secret) => Buffer.from(secret).toString("hex"),
} as const satisfies Readonly<Record<string, (secret: string) => string>>;
export type FieldEcho = keyof typeof FIELD_ECHOES;

export function echoInFields(status: number, secret: string, how: FieldEcho): Responder {
  return failure(status, "no", ["X-Echo", FIELD_ECHOES[how](secret), "X-Other", "stays"]);
}

export function echoInReason(status: number, secret: string, how: FieldEcho): Responder {
  return async (request, serial) => ({
    ...(await failure(status, "no")(request, serial)),
    statusMessage: `No ${FIELD_ECHOES[how](secret)}`,
  });
}

const WINDOW = 12;
const HEX_DIGITS = /[0-9a-f]{32,}$/;

/**
 * True where any twelve characters in a row of a secret's random part stand in the bytes: as they are, in hex, or in base64
 * wherever in a longer text it begins. What is left when only some of a spelling was blotted out is found too.
 */
export function holdsPartOf(secret: string, bytes: Buffer): boolean {
  const random = HEX_DIGITS.exec(secret)?.[0] ?? secret;
  const text = bytes.toString("latin1");
  return Array.from({ length: random.length - WINDOW + 1 }, (_, at) =>
    Buffer.from(random.slice(at, at + WINDOW)),
  ).some((part) =>
    [
      part.toString(),
      part.toString("hex"),
      part.toString("hex").toUpperCase(),
      part.toString("base64"),
      part.toString("base64url"),
    ].some((spelling) => text.includes(spelling)),
  );
}

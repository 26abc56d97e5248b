import type { JsonObject } from "../../canonical/index.ts";

/** How the responses of one stream are told apart. */
export interface Framing {
  /** One response; `isFirst` of its stream, `isLast` the end of it. */
  write(response: JsonObject, isFirst: boolean, isLast: boolean): string;
  /** What says nothing but that the stream lives; may come at any time. */
  readonly ping: string;
  /** The content type of such a stream. */
  readonly type: string;
}

/**
 * Clients are in use that read a stream with one pattern, which takes nothing but white space before `data:`, and no line
 * separators of Unicode within: a comment, or such a letter in a text, and everything behind it is lost.
 * @source `responseLineRE` of @google/genai 1.30.0, which Gemini CLI 0.61 has in it (read 2026-11-25)
 */
const BLANK_LINE = "\r\n";
const SEPARATORS = /[\u2028\u2029]/g;

/** `alt=sse`. There is no mark of the end: clients parse every line of data. */
export const SSE: Framing = {
  write: (response) => `data: ${escaped(JSON.stringify(response))}\r\n\r\n`,
  ping: BLANK_LINE,
  type: "text/event-stream",
};

/** Without `alt`: one JSON list, between whose items white space may stand. */
export const ARRAY: Framing = {
  write: (response, isFirst, isLast) =>
    `${isFirst ? "[" : ",\r\n"}${JSON.stringify(response)}${isLast ? "]" : ""}`,
  ping: BLANK_LINE,
  type: "application/json; charset=UTF-8",
};

function escaped(json: string): string {
  return json.replace(SEPARATORS, (letter) => `\\u${letter.charCodeAt(0).toString(16)}`);
}

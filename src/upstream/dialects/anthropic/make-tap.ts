import { BodyTap } from "./body-tap.ts";
import { EncodedTap, openInflater } from "./encoded-tap.ts";
import type { Tap } from "./observation.ts";
import { StreamTap } from "./stream-tap.ts";

/** What the answer's headers say, and what the request asked for. */
export interface AnswerShape {
  readonly contentType: string | undefined;
  /** All `content-encoding` values, joined with a comma. */
  readonly contentEncoding: string | undefined;
  /** The request had `stream: true`; decides where the content type does not. */
  readonly isStream: boolean;
}

/** The tap for an answer; undefined when its content coding cannot be read, so that its usage stays unknown. */
export function makeTap(answer: AnswerShape): Tap | undefined {
  const encoding = (answer.contentEncoding ?? "").trim().toLowerCase();
  const tap = isEventStream(answer) ? new StreamTap() : new BodyTap();
  if (encoding === "" || encoding === "identity") return tap;
  const inflater = openInflater(encoding);
  return inflater === undefined ? undefined : new EncodedTap(inflater, tap);
}

function isEventStream(answer: AnswerShape): boolean {
  const contentType = (answer.contentType ?? "").toLowerCase();
  if (contentType.includes("event-stream")) return true;
  return answer.isStream && !contentType.includes("json");
}

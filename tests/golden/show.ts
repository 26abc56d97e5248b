import { isRecord } from "../conformance/exchange.ts";
import type { HttpAnswer } from "../fault/rig.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { framesOf } from "./frames.ts";
import { steady } from "./lab.ts";
import { changedMembers, printJson, printLine, withoutRows } from "./print.ts";

/** So many members that an event has in common with the one before are not worth repeating. */
const MANY_SAME = 3;
/** Fields of a request that are the same for all, or the connection's. */
const USUAL =
  /^(?:host|connection|content-length|content-type|user-agent|accept|accept-encoding|transfer-encoding)$/;
const OF_THE_ANSWER =
  /^(?:content-type|retry-after|x-should-retry|x-spillway-(?:lossy|error-source|overflow))$/;

export function showSent(sent: RecordedRequest): string {
  return [...headOfSent(sent), printJson(jsonOf(sent))].join("\n");
}

/** What of a request differs from another. */
export function showSentOtherwise(sent: RecordedRequest, whole: RecordedRequest): string {
  const known = headOfSent(whole);
  const head = headOfSent(sent).filter((line) => !known.includes(line));
  return [...head, printJson(changedMembers(jsonOf(sent), jsonOf(whole)))].join("\n");
}

function headOfSent({ method, target, rawHeaders }: RecordedRequest): readonly string[] {
  return [`${method} ${target}`, ...fieldLines(rawHeaders, (name) => !USUAL.test(name))];
}

export function showAnswer(answer: HttpAnswer): string {
  return [...headOf(answer), printJson(JSON.parse(steady(answer.body.toString())))].join("\n");
}

/** Events by their data alone, which names them; where one repeats the whole answer, only what is otherwise in it. */
export function showStream(answer: HttpAnswer, whole: unknown): string {
  const frames = framesOf(steady(answer.body.toString()));
  const lines = frames.map(({ event, data }, index) => {
    if (!isRecord(data)) return `data: ${String(data)}`;
    const changed = changedMembers(data, frames[index - 1]?.data);
    if (Object.keys(data).length - Object.keys(changed).length >= MANY_SAME) {
      return `data, the rest as before: ${printLine(changed)}`;
    }
    const { response } = data;
    const told = isRecord(response)
      ? { ...data, response: { "(otherwise as whole)": changedMembers(response, whole) } }
      : data;
    const name = event === undefined || event === data["type"] ? "" : `event: ${event} `;
    return `${name}data: ${printLine(told)}`;
  });
  const end = answer.complete ? [] : ["(broken off)"];
  return [...headOf(answer), ...withoutRows(lines), ...end].join("\n");
}

function headOf({ status, rawHeaders }: HttpAnswer): readonly string[] {
  return [String(status), ...fieldLines(rawHeaders, (name) => OF_THE_ANSWER.test(name))];
}

function fieldLines(
  rawHeaders: readonly string[],
  isShown: (name: string) => boolean,
): readonly string[] {
  const lines: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? "";
    if (isShown(name)) lines.push(`${name}: ${steady(rawHeaders[i + 1] ?? "")}`);
  }
  return lines;
}

function jsonOf({ body }: RecordedRequest): unknown {
  return JSON.parse(steady(body.toString("utf8")));
}

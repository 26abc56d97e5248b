import { inspect } from "node:util";

/**
 * A reporter for node:test that writes what the runner counts, one JSON object a line.
 *
 * @param {AsyncIterable<{ type: string, data: any }>} source
 */
export default async function* eventLines(source) {
  for await (const { type, data } of source) {
    if (type === "test:summary") yield line({ kind: "end" });
    if (type !== "test:pass" && type !== "test:fail") continue;
    const error = data.details?.error;
    yield line({
      kind: type === "test:pass" ? "pass" : "fail",
      name: data.name,
      nesting: data.nesting,
      line: data.line,
      isSuite: data.details?.type === "suite",
      skipped: reason(data.skip) ?? reason(data.todo),
      isEcho: error?.failureType === "subtestsFailed",
      error: error === undefined ? undefined : inspect(error.cause ?? error, { depth: 4 }),
    });
  }
}

/** @param {boolean | string | undefined} mark */
function reason(mark) {
  return mark === undefined || mark === false ? undefined : mark === true ? "" : mark;
}

/** @param {object} value */
function line(value) {
  return `${JSON.stringify(value)}\n`;
}

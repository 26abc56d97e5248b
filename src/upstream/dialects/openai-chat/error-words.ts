import { isObject } from "../../../base/json.ts";
import type { JsonObject } from "../../../canonical/index.ts";
import { listOf, objectOf, objectsOf, textOf } from "../shared/fields.ts";
import { jsonOf } from "./json-text.ts";

/** What an error says, out of all its wrappings. */
export interface ErrorWords {
  readonly message: string;
  /** Codes, types and reasons, in lower case. */
  readonly codes: readonly string[];
  /** The member of the request that it blames. */
  readonly param: string | undefined;
  /** An HTTP status that stands in the error itself. */
  readonly status: number | undefined;
  /** Google's `RetryInfo`: `34.4s`. */
  readonly retryDelay: string;
}

/** Gateways in front of gateways wrap errors a few times; what is deeper is not looked for. */
const MAX_DEPTH = 4;

const NOTHING: ErrorWords = {
  message: "",
  codes: [],
  param: undefined,
  status: undefined,
  retryDelay: "",
};

/** Reads an error in any of its spellings: `{error: {…}}`, `{error: "…"}`, `{detail: …}`, a list of them, text. */
export function readWords(value: unknown, depth = 0): ErrorWords {
  if (depth > MAX_DEPTH) return NOTHING;
  if (typeof value === "string") return readText(value, depth);
  if (Array.isArray(value)) return readWords(value[0], depth + 1);
  if (!isObject(value)) return NOTHING;
  const { error } = value;
  if (isObject(error)) return readWords(error, depth + 1);
  const inner = readWords(innerOf(value), depth + 1);
  const own = readText(messageOf(value), depth + 1);
  return {
    message: [own.message, inner.message].filter((text) => text !== "").join(": "),
    codes: [...codesOf(value), ...own.codes, ...inner.codes],
    param: paramOf(value) ?? own.param ?? inner.param,
    status: own.status ?? inner.status ?? statusOf(value),
    retryDelay: retryDelayOf(value) || own.retryDelay || inner.retryDelay,
  };
}

/** A text that holds an error as JSON, as behind `litellm.BadRequestError: `, is that error. */
function readText(text: string, depth: number): ErrorWords {
  const start = text.search(/[{[]\s*["{]/);
  const parsed = start < 0 ? undefined : jsonOf(text.slice(start));
  const words = parsed === undefined ? NOTHING : readWords(parsed, depth + 1);
  return words.message === "" ? { ...NOTHING, message: text } : words;
}

function messageOf(error: JsonObject): string {
  const detail = error["detail"];
  return (
    [
      textOf(error["message"]),
      textOf(error["msg"]),
      textOf(error["error"]),
      textOf(detail),
      textOf(objectsOf(detail)[0]?.["msg"]),
      textOf(objectOf(detail)["message"]),
      textOf(objectOf(error["errors"])["message"]),
    ].find((text) => text !== "") ?? ""
  );
}

/** OpenRouter tells the words of the provider behind it. */
function innerOf(error: JsonObject): unknown {
  return objectOf(error["metadata"])["raw"];
}

function codesOf(error: JsonObject): readonly string[] {
  const inner = objectOf(error["innererror"])["code"];
  const reasons = objectsOf(error["details"]).map(({ reason }) => reason);
  const codes: readonly unknown[] = [
    error["code"],
    error["type"],
    error["status"],
    objectsOf(error["detail"])[0]?.["type"],
    inner,
    ...reasons,
  ];
  return codes
    .map((code) => (typeof code === "number" ? String(code) : textOf(code).toLowerCase()))
    .filter((code) => code !== "");
}

/** FastAPI tells the way to it: `["body", "temperature"]`. */
function paramOf(error: JsonObject): string | undefined {
  const place = listOf(objectsOf(error["detail"])[0]?.["loc"]);
  const name = textOf(error["param"]) || textOf(place.at(-1));
  return name === "" ? undefined : name;
}

function statusOf(error: JsonObject): number | undefined {
  const told = [error["code"], error["status_code"], error["status"]].map(Number);
  return told.find((status) => Number.isInteger(status) && status >= 400 && status <= 599);
}

function retryDelayOf(error: JsonObject): string {
  const delays = listOf(error["details"]).map((detail) => textOf(objectOf(detail)["retryDelay"]));
  return delays.find((delay) => delay !== "") ?? "";
}

import type { HeaderList } from "../base/header-list.ts";
import { isObject, parseJson } from "../base/json.ts";
import { PLAIN_FIELDS } from "./plain-fields.ts";
import type { Transport } from "./transport/contract.ts";
import { getWhole } from "./transport/get-whole.ts";

/** A model as its provider lists it. */
export interface ProvidedModel {
  readonly id: string;
  readonly displayName: string | undefined;
  /** Epoch milliseconds; undefined where the provider does not say. */
  readonly createdAt: number | undefined;
}

/** Asks a provider for its models in a way of its own; undefined: no list came in time. */
export type ListModels = (timeoutMs: number) => Promise<readonly ProvidedModel[] | undefined>;

const MAX_BYTES = 8 * 2 ** 20;
const MAX_MODELS = 2_000;
/** Asks a provider for its models; undefined when it does not answer in time, or not with a list. */
export async function fetchModelList(
  transport: Transport,
  { target, fields }: { readonly target: string; readonly fields: HeaderList },
  timeoutMs: number,
  read: (value: unknown) => readonly ProvidedModel[] | undefined = readModelList,
): Promise<readonly ProvidedModel[] | undefined> {
  const request = { target, headers: [...PLAIN_FIELDS, ...fields] };
  const { status, body } = await getWhole(transport, request, { timeoutMs, maxBytes: MAX_BYTES });
  if (status !== 200 || body === undefined) return undefined;
  const parsed = parseJson(body, { maxBytes: MAX_BYTES });
  return parsed.ok ? read(parsed.value) : undefined;
}

/**
 * Reads a list in whatever shape: `data` (OpenAI, Anthropic), `models` (Gemini, Cohere) or a bare array (Together,
 * GitHub). Undefined: it is none of them. What is no model that can be asked for is left out.
 */
export function readModelList(value: unknown): readonly ProvidedModel[] | undefined {
  const items = isObject(value) ? (value["data"] ?? value["models"]) : value;
  if (!Array.isArray(items)) return undefined;
  return items.slice(0, MAX_MODELS).flatMap((item: unknown) => {
    const model = isObject(item) ? readModel(item) : undefined;
    return model === undefined ? [] : [model];
  });
}

function readModel(item: Readonly<Record<string, unknown>>): ProvidedModel | undefined {
  const { id = item["name"], created_at: createdAt = item["created"] } = item;
  const methods = item["supportedGenerationMethods"];
  if (Array.isArray(methods) && !methods.includes("generateContent")) return undefined;
  const name = typeof id === "string" ? id.replace(/^models\//, "") : "";
  if (!/^[^\s\p{C}]{1,200}$/u.test(name)) return undefined;
  return {
    id: name,
    displayName: readName(item["display_name"] ?? item["displayName"]),
    createdAt: readTime(createdAt),
  };
}

function readName(value: unknown): string | undefined {
  return typeof value === "string" && /^[^\p{C}]{1,200}$/u.test(value) ? value : undefined;
}

/** Unix seconds, or ISO 8601. */
function readTime(value: unknown): number | undefined {
  const time = typeof value === "number" ? value * 1_000 : Date.parse(String(value));
  return Number.isFinite(time) && time > 0 && time < MAX_TIME_MS ? time : undefined;
}

/** The last year that ISO 8601 writes with four digits. */
const MAX_TIME_MS = Date.UTC(9_999, 11, 31);

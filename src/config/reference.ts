import { z } from "zod";
import { isObject } from "../base/json.ts";
import { ENVIRONMENT } from "./environment-table.ts";
import { configSchema } from "./schema.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** One field of the configuration, for the reference page and for `explain`. */
export interface FieldReference {
  /** `timeouts.idle`; members of lists as `prices[].model`, of maps as `providers.<name>.url`. */
  readonly path: string;
  readonly type: string;
  /** As it would be written in the file; undefined when there is none. */
  readonly default: unknown;
  readonly description: string;
  readonly required: boolean;
  /** True when a change takes effect at the next start only. */
  readonly needsRestart: boolean;
  /** Environment variables that set it, the stronger first. */
  readonly env: readonly string[];
}

/** What is built once, at start: sockets, pools, the store, the origin that credentials are bound to, outputs. */
export const PINNED_PATHS: readonly string[] = [
  "listener.port",
  "listener.bind",
  "listener.maxConnections",
  "data.dir",
  "anthropic.url",
  "anthropic.keys",
  "anthropic.limits.concurrency",
  "anthropic.limits.requestsPerMinute",
  "anthropic.limits.requestsPerDay",
  "anthropic.limits.tokensPerMinute",
  "anthropic.limits.wait",
  "anthropic.limits.queue",
  "anthropic.limits.pace",
  "providers",
  "search.provider",
  "search.url",
  "search.key",
  "search.maxResults",
  "search.timeout",
  "vault.masterKey",
  "vault.previousMasterKey",
  "timeouts.connect",
  "timeouts.headers",
  "timeouts.idle",
  "timeouts.clientKeepAlive",
  "timeouts.upstreamKeepAlive",
  "timeouts.requestHeaders",
  "timeouts.uploadWindow",
  "timeouts.uploadBytesPerSecond",
  "egress.proxy",
  "egress.ca",
  "egress.extraCa",
  "timeZone",
  "quota.statusFile",
  "quota.accounts",
  "log.format",
  "log.level",
];

/** JSON Schema of `spillway.yaml`, for editors. */
export function configJsonSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: "input" });
  return { $schema, ...withoutOwnKeywords(schema) };
}

/** Every field in the order of the schema. */
export function configReference(): readonly FieldReference[] {
  return fieldsOf(rawSchema(), "", false);
}

/** The keys that may stand in the group at `path`; empty when it is no group of fixed keys. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let schema = rawSchema();
  for (const part of path) {
    const next =
      typeof part === "number"
        ? schema["items"]
        : (propertiesOf(schema)[String(part)] ?? schema["additionalProperties"]);
    if (!isObject(next)) return [];
    schema = next;
  }
  return Object.keys(propertiesOf(schema));
}

/** Made once: a file with a thousand mistakes asks a thousand times. */
let raw: JsonSchema | undefined;

function rawSchema(): JsonSchema {
  raw ??= z.toJSONSchema(configSchema, { io: "input" });
  return raw;
}

function fieldsOf(schema: JsonSchema, path: string, required: boolean): FieldReference[] {
  const properties = propertiesOf(schema);
  const requiredKeys = Array.isArray(schema["required"]) ? schema["required"] : [];
  const members = Object.entries(properties).flatMap(([key, member]) =>
    isObject(member)
      ? fieldsOf(member, path === "" ? key : `${path}.${key}`, requiredKeys.includes(key))
      : [],
  );
  if (members.length > 0) return members;
  const description = schema["description"];
  const own: FieldReference = {
    path,
    type: typeOf(schema),
    default: schema["default"],
    description: typeof description === "string" ? description : "",
    required,
    needsRestart: PINNED_PATHS.some((pinned) => path === pinned || isWithin(pinned, path)),
    env: ENVIRONMENT.filter((variable) => variable.path === path).map(({ name }) => name),
  };
  return [
    own,
    ...membersOf(schema["items"], `${path}[]`),
    ...membersOf(schema["additionalProperties"], `${path}.<name>`),
  ];
}

/** What the groups of a list or a map hold; nothing where its values are no groups. */
function membersOf(schema: unknown, path: string): FieldReference[] {
  if (!isObject(schema)) return [];
  const forms = Array.isArray(schema["anyOf"]) ? schema["anyOf"].filter(isObject) : [];
  const fields = [schema, ...forms].flatMap((form) => fieldsOf(form, path, false));
  return fields.filter((field) => isWithin(path, field.path));
}

function isWithin(path: string, member: string): boolean {
  return member.startsWith(`${path}.`) || member.startsWith(`${path}[`);
}

function typeOf(schema: JsonSchema): string {
  if (typeof schema["x-type"] === "string") return schema["x-type"];
  if (Array.isArray(schema["enum"])) return schema["enum"].join(" | ");
  if (isObject(schema["items"])) {
    const item = typeOf(schema["items"]);
    return item === "object" ? "list of groups" : `list of ${item}`;
  }
  const values = schema["additionalProperties"];
  if (isObject(values)) {
    const value = typeOf(values);
    return value === "object" ? "map to groups" : `map to ${value}`;
  }
  if (typeof schema["format"] === "string") return schema["format"];
  return typeof schema["type"] === "string" ? schema["type"] : "any";
}

function propertiesOf(schema: JsonSchema): JsonSchema {
  return isObject(schema["properties"]) ? schema["properties"] : {};
}

function withoutOwnKeywords(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => key !== "x-type")
      .map(([key, value]) => [key, isObject(value) ? withoutOwnKeywords(value) : value]),
  );
}

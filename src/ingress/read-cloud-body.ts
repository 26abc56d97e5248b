import type { HeaderList } from "../base/header-list.ts";
import { parseJson } from "../base/json.ts";
import { editMembers } from "../base/json-edit.ts";
import { findMember, scanTopLevel } from "../base/json-scan.ts";
import type { AskedInPath } from "../exchange/dialect.ts";

/** The body of a Messages request, and what of a cloud's own body belongs into its fields. */
export interface CloudBody {
  readonly body: Buffer;
  readonly fields: HeaderList;
}

/** What Anthropic's API reads in fields. */
const IN_FIELDS = ["anthropic_version", "anthropic_beta"] as const;
/** What clouds have in the path. */
const IN_PATH = ["model", "stream"] as const;

/**
 * The body of a cloud's request as that of a Messages request: every other byte as it came. Undefined: it is no object.
 * What the path says of it stands in `asked`; where that names no model, the body does.
 */
export function readCloudBody(bytes: Buffer, asked: AskedInPath): CloudBody | undefined {
  const { model, stream = false } = asked;
  const body = editMembers(bytes, {
    remove: model === undefined ? IN_FIELDS : [...IN_PATH, ...IN_FIELDS],
    insert: {
      ...(model !== undefined && { model: JSON.stringify(model) }),
      ...(stream && { stream: "true" }),
    },
  });
  if (body === undefined) return undefined;
  const betas = betasOf(bytes);
  return { body, fields: betas.length === 0 ? [] : ["anthropic-beta", betas.join(",")] };
}

function betasOf(body: Buffer): readonly string[] {
  const member = findMember(scanTopLevel(body, BETAS), "anthropic_beta");
  if (member === undefined) return [];
  const { valueStart, valueEnd } = member;
  const listed = parseJson(body.subarray(valueStart, valueEnd), { maxBytes: body.length });
  if (!listed.ok || !Array.isArray(listed.value)) return [];
  // Anything else could not stand in a field.
  return listed.value.filter((beta) => typeof beta === "string" && /^[\w.:-]{1,200}$/.test(beta));
}

const BETAS: ReadonlySet<string> = new Set(["anthropic_beta"]);

import type { HeaderList } from "../../base/header-list.ts";
import { parseJson } from "../../base/json.ts";
import { editMembers } from "../../base/json-edit.ts";
import { findMember, scanTopLevel } from "../../base/json-scan.ts";
import type { AskedInPath } from "../../exchange/dialect.ts";

/** The body of a Messages request, and what of an invocation's body belongs into its fields. */
export interface Invocation {
  readonly body: Buffer;
  readonly fields: HeaderList;
}

/** What Bedrock has in the path, or reads in the body, and Anthropic the other way round. */
const MOVED = ["model", "stream", "anthropic_version", "anthropic_beta"] as const;

/** The body of an invocation as that of a Messages request: every other byte as it came. Undefined: it is no object. */
export function readInvocation(
  bytes: Buffer,
  { model = "", stream = false }: AskedInPath,
): Invocation | undefined {
  const body = editMembers(bytes, {
    remove: MOVED,
    insert: {
      model: JSON.stringify(model),
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

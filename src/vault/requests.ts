import { z } from "zod";
import { type GatewayError, gatewayError } from "../base/errors.ts";
import { isObject } from "../base/json.ts";
import { nearestName } from "../base/nearest.ts";
import { fail, ok, type Result } from "../base/result.ts";
import { Secret } from "../base/secret.ts";

/** What a body asks to be stored. */
export interface CredentialRequest {
  readonly key: Secret;
  readonly label: string;
  /** Undefined: not said. */
  readonly overflow: boolean | undefined;
}

const KEY = "the provider's API key: 8 to 512 visible ASCII characters without spaces";
const LABEL = "1 to 80 printable characters, and no credential";
const YES_OR_NO = { error: "expected true or false" };

/** Credentials that are not the provider's API key, however they are spelled. */
const NOT_STORED: readonly { readonly shape: RegExp; readonly problem: string }[] = [
  {
    // Access token, refresh token, session of the web site.
    shape: /^sk-ant-(?:oat|ort|sid)/i,
    problem:
      "this belongs to a subscription, and a subscription is never stored: it goes along with each request. Send an API key of the provider's console",
  },
  {
    shape: /^spw-/i,
    problem: "this is a Spillway key. Send the provider's API key",
  },
];

const credentialRequest = z.strictObject({
  key: z.string({ error: `expected ${KEY}` }).regex(/^[!-~]{8,512}$/, { error: `expected ${KEY}` }),
  label: z
    .string({ error: `expected ${LABEL}` })
    .trim()
    .normalize()
    .regex(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,80}$/u, { error: `expected ${LABEL}` })
    .refine((text) => !/sk-ant-|spw-/i.test(text), { error: `expected ${LABEL}` })
    .default("default"),
  overflow: z.boolean(YES_OR_NO).optional(),
  always_use: z.boolean(YES_OR_NO).optional(),
});

/** Reads the JSON body that stores a provider's key. No error repeats anything that could be the key. */
export function readCredentialRequest(
  provider: string,
  body: unknown,
  providers: readonly string[],
): Result<CredentialRequest, GatewayError> {
  if (!providers.includes(provider)) {
    const known = providers.join(", ");
    return fail(gatewayError("not_found", `Keys of this provider are not stored; known: ${known}`));
  }
  if (!isObject(body)) {
    return fail(gatewayError("invalid_body", 'The body has to be a JSON object with a "key"'));
  }
  const parsed = credentialRequest.safeParse(body);
  if (!parsed.success) return fail(toError(parsed.error.issues[0]));
  const { key, label, overflow, always_use: alwaysUse } = parsed.data;
  const refused = NOT_STORED.find(({ shape }) => shape.test(key));
  if (refused !== undefined) return fail(invalid("key", refused.problem));
  if (label.includes(key)) return fail(invalid("label", `expected ${LABEL}`));
  if (overflow !== undefined && overflow === alwaysUse) {
    return fail(invalid("always_use", "contradicts overflow; send one of them"));
  }
  const asked = alwaysUse === undefined ? overflow : !alwaysUse;
  return ok({ key: new Secret(key), label, overflow: asked });
}

function toError(issue: z.core.$ZodIssue | undefined): GatewayError {
  if (issue?.code !== "unrecognized_keys") {
    return invalid(issue?.path.join(".") ?? "", issue?.message ?? "has the wrong shape");
  }
  const [name = ""] = issue.keys;
  // A pasted credential has digits or dashes, or is longer.
  const shown = /^[A-Za-z_]{1,30}$/.test(name) ? name : "(not shown)";
  const known = Object.keys(credentialRequest.shape);
  const near = nearestName(shown, known);
  const hint = near === undefined ? `known are ${known.join(", ")}` : `did you mean "${near}"?`;
  return invalid(shown, `is not known; ${hint}`);
}

function invalid(field: string, problem: string): GatewayError {
  return gatewayError("invalid_body", `The field "${field}": ${problem}`);
}

import type { CallerCredential } from "../base/credential-class.ts";
import { type GatewayError, gatewayError } from "../base/errors.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { Secret } from "../base/secret.ts";
import type { Candidate, CandidateCredential } from "./candidate.ts";
import type { Provider, ProviderModel } from "./providers.ts";
import type { Route } from "./route.ts";

/** How a request is put to another provider, and why to this one. */
export type AskedAs = Pick<
  Candidate,
  "model" | "namesItself" | "countsByBytes" | "mode" | "reason"
>;

/** A model that was asked for with its provider in front. */
export function byName({ deployment, model }: ProviderModel): AskedAs {
  return { model, mode: "byok", reason: `the model names the provider ${deployment.provider}` };
}

/** A key that may pay, by the name that it has for people. */
export interface ProviderKey {
  readonly label: string;
  /** Undefined: the deployment signs by itself. */
  readonly secret: Secret | undefined;
}

/** A request for a provider that a key pays, or nobody. */
export interface ProviderRequest {
  readonly target: Pick<Provider, "deployment" | "needsKey">;
  readonly as: AskedAs;
  readonly organisation: string;
  readonly caller: { readonly own: CallerCredential; readonly hasKey: boolean };
  /** The first pays, the next ones where it cannot. */
  readonly keys: readonly ProviderKey[];
  /** False where anybody on the network may call without a key. */
  readonly injects: boolean;
}

/** The caller's own credential is for Anthropic and never goes along; who pays is the key that is stored or configured. */
export function providerRoute(request: ProviderRequest): Result<Route, GatewayError> {
  const { target, as, caller, injects } = request;
  const { provider } = target.deployment;
  if (!injects)
    return fail(
      refusal(
        `of ${provider} is used`,
        "this gateway listens beyond this machine without auth.required",
      ),
    );
  // Any program on this machine can reach the port, so one that brings nothing at all spends nobody's money.
  if (!caller.hasKey && caller.own === "none") {
    return fail(
      refusal(
        `of ${provider} is used`,
        "the request carries no credential at all; sign in to the client, or send a Spillway key",
      ),
    );
  }
  const [first, ...others] = credentialsFor(request);
  if (first === undefined) {
    return fail(
      refusal(
        `of ${provider} is stored`,
        `store one with "spillway byok set ${provider}", or name it in providers.${provider}.key`,
      ),
    );
  }
  const candidate = { ...as, deployment: target.deployment, book: "api" } as const;
  return ok([
    { ...candidate, credential: first, tryIf: "always" },
    ...others.map((credential) => ({ ...candidate, credential, tryIf: "failed" }) as const),
  ]);
}

function credentialsFor({ target, organisation, keys }: ProviderRequest): CandidateCredential[] {
  const { provider } = target.deployment;
  if (keys.length === 0 && !target.needsKey) {
    return [{ kind: "none", owner: provider, class: "none" }];
  }
  return keys.map(({ label, secret }) => {
    const owner = `${organisation}/${provider}/${label}`;
    return { kind: "stored", owner, class: "stored", label, secret };
  });
}

function refusal(what: string, why: string): GatewayError {
  return gatewayError("credential_missing", `No key ${what}: ${why}`);
}

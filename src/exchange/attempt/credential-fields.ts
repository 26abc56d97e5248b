import type { HeaderList } from "../../base/header-list.ts";
import type { Candidate } from "../../routing/candidate.ts";

/** What takes the place of the caller's own credential; undefined: that goes as it came. */
export function insteadOfCaller(candidate: Candidate): HeaderList | undefined {
  return candidate.credential.kind === "own" ? undefined : credentialFields(candidate);
}

/** A caller's own credential goes as it would have gone: a session as a bearer, a key as the provider's key. */
export function credentialFields({ deployment, credential }: Candidate): HeaderList {
  switch (credential.kind) {
    case "none":
      return [];
    case "stored":
      return credential.secret === undefined ? [] : deployment.authorize(credential.secret);
    case "own": {
      const { secret } = credential;
      if (secret === undefined) return [];
      if (credential.class === "subscription") {
        return ["authorization", `Bearer ${secret.reveal()}`, "anthropic-beta", "oauth-2025-04-20"];
      }
      return deployment.authorize(secret);
    }
    default:
      return credential satisfies never;
  }
}

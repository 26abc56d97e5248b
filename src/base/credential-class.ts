/** What a credential is: one of the caller's by the shape of its value (design R9), or one that was `stored` here. */
export type CredentialClass =
  | "virtual_key"
  | "subscription"
  | "api_key"
  | "other"
  | "none"
  | "stored";

/** What a caller can bring along. */
export type CallerCredential = Exclude<CredentialClass, "stored">;

/** What a credential is, by the shape of its value (design R9). */
export type CredentialClass = "virtual_key" | "subscription" | "api_key" | "other" | "none";

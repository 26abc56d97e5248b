import type { Secret } from "../../../base/secret.ts";

/** By what AWS knows a caller. */
export interface AwsCredentials {
  /** No secret: it stands in every signature. */
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** Of credentials that are good for a while only. */
  readonly sessionToken: Secret | undefined;
}

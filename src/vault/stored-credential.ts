import type { Secret } from "../base/secret.ts";

/** A provider's key that an organisation stored, open. */
export interface StoredCredential {
  readonly organisation: string;
  readonly provider: string;
  readonly label: string;
  /** What lists show. */
  readonly mask: string;
  /** Whether requests with a session overflow to it although nothing else asks for that. */
  readonly overflow: boolean;
  readonly secret: Secret;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

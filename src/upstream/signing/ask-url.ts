import type { HeaderList } from "../../base/header-list.ts";
import type { WholeAnswer } from "../transport/ask-whole.ts";

/** What is asked of a service that hands out credentials. */
export interface CredentialQuestion {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: string;
  readonly fields: HeaderList;
  readonly body?: string;
  readonly timeoutMs?: number;
}

/** Asks for something small, over a connection of its own. Never rejects. */
export type AskUrl = (question: CredentialQuestion) => Promise<WholeAnswer>;

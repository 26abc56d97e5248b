import type {
  ActivityQuery,
  EventsQuery,
  ExchangeReader,
  TimeSpan,
  UsageQuery,
} from "../contract.ts";
import type { SyncReader } from "./reader.ts";

export type ReadRequest =
  | { readonly kind: "events"; readonly query: EventsQuery }
  | { readonly kind: "exchange"; readonly id: string }
  | { readonly kind: "usage"; readonly query: UsageQuery }
  | { readonly kind: "activity"; readonly query: ActivityQuery }
  | { readonly kind: "quota" }
  | { readonly kind: "keys" }
  | { readonly kind: "credentials" }
  | { readonly kind: "budgetBalances"; readonly sinceMs: number }
  | { readonly kind: "billedRequests"; readonly span: TimeSpan }
  | { readonly kind: "auditLedger" };

export type ReadAnswers = {
  readonly [Kind in ReadRequest["kind"]]: Awaited<ReturnType<ExchangeReader[Kind]>>;
};

export type ReadAnswer = ReadAnswers[ReadRequest["kind"]];

/** Numbered, because a thread answers several callers over one port. */
export interface NumberedRequest {
  readonly number: number;
  readonly request: ReadRequest;
}

export type NumberedAnswer =
  | { readonly number: number; readonly answer: ReadAnswer }
  | { readonly number: number; readonly failure: string };

export function answer(reader: SyncReader, request: ReadRequest): ReadAnswer {
  switch (request.kind) {
    case "events":
      return reader.events(request.query);
    case "exchange":
      return reader.exchange(request.id);
    case "usage":
      return reader.usage(request.query);
    case "activity":
      return reader.activity(request.query);
    case "quota":
      return reader.quota();
    case "keys":
      return reader.keys();
    case "credentials":
      return reader.credentials();
    case "budgetBalances":
      return reader.budgetBalances(request.sinceMs);
    case "billedRequests":
      return reader.billedRequests(request.span);
    case "auditLedger":
      return reader.auditLedger();
  }
}

import type { Secret } from "../../base/secret.ts";
import type { AnswerContext, Sealing } from "../../canonical/index.ts";
import type { BoundDialect } from "../../upstream/dialects/bind.ts";
import type { EventObserver } from "../../upstream/dialects/observe-events.ts";
import type { AnswerFacts, CanonicalClient } from "../dialect.ts";
import type { Amendments } from "./amend/amendments.ts";
import type { CallLog } from "./call-log.ts";
import type { SearchLoop } from "./search/loop.ts";

/** What an answer of another dialect is read and written with. */
export interface AnswerTranslation {
  readonly dialect: BoundDialect;
  readonly context: AnswerContext;
  readonly client: CanonicalClient;
  readonly facts: AnswerFacts;
  /** Undefined: the answer's thinking goes as it is. */
  readonly sealing: Sealing | undefined;
  /** Reads what metering needs to know. */
  readonly observer: EventObserver;
  readonly calls: CallLog;
  /** Undefined: what is refused is refused. */
  readonly amendments?: Amendments | undefined;
  /** The client asked for a stream. */
  readonly isStream: boolean;
  /** What of the request could not be said. */
  readonly lossy: () => readonly string[];
  /** The attempt carries a credential of the organisation's: nobody is shown it, nor that it is refused. */
  readonly stored: { readonly secret: Secret | undefined } | undefined;
  /** Runs the searches that the model asks for; undefined: it is offered none. */
  readonly searches?: SearchLoop | undefined;
}

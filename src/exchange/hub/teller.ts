import type { HeaderList } from "../../base/header-list.ts";
import type { UpstreamError } from "../../canonical/index.ts";
import type { Reading } from "./answer-reader.ts";

/** What some events have become in the client's dialect. */
export interface Told {
  /** Up to the error, where there is one. */
  readonly text: string;
  readonly failure?: StreamFailure | undefined;
  readonly isEnded: boolean;
}

/** An upstream's failure, and how the client's dialect says it within a stream. */
export interface StreamFailure {
  readonly error: UpstreamError;
  readonly text: string;
}

/** Says an answer in the client's dialect. Nothing is said behind an end or a failure. */
export interface Teller {
  tell(reading: Reading): Told;
  /** The fields of a head in front of the first text. */
  fields(text: string): HeaderList;
  /** Something of the answer was made and is held back: what fails now is no refusal, and is not free. */
  readonly holdsBack: boolean;
}

import type { HeaderList } from "../base/header-list.ts";

const PREFIX = "anthropic-ratelimit-";

/** What is worth a line of the log once, so that what a plan tells, or does not, can be looked up. */
export interface FirstAnswerNotices {
  /** The first answer that tells limits: each of their fields, name and value, as they came. */
  readonly onFirstLimits?: (fields: HeaderList) => void;
  /** The first answer to a message that does not tell how much of the plan is used. */
  readonly onSilentAnswer?: () => void;
}

/** Looks at sessions' answers until there is nothing left to tell. Owned by `openQuota`. */
export class FirstAnswers {
  readonly #notices: FirstAnswerNotices;
  #hasLimits = false;
  #hasSilence = false;

  constructor(notices: FirstAnswerNotices) {
    this.#notices = notices;
  }

  note(headers: HeaderList, told: { readonly isSilent: boolean }): void {
    if (!this.#hasLimits) {
      const fields = headers.filter((_, i) => isLimit(headers[i - (i % 2)] ?? ""));
      this.#hasLimits = fields.length > 0;
      if (this.#hasLimits) this.#notices.onFirstLimits?.(fields);
    }
    if (!told.isSilent || this.#hasSilence) return;
    this.#hasSilence = true;
    this.#notices.onSilentAnswer?.();
  }
}

function isLimit(field: string): boolean {
  return field.toLowerCase().startsWith(PREFIX);
}

/** Whose session: one principal's use of one account. All that is known of a quota is kept by both. */
export interface SessionOwner {
  /** Who asks: the machine's own user, or the owner of a Spillway key. */
  readonly principal: string;
  /** A configuration directory, else the token, as a keyed hash. */
  readonly account: string;
}

/** One text for the two. */
export function idOf({ principal, account }: SessionOwner): string {
  return `${account}/${principal}`;
}

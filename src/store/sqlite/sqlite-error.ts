/** SQLite's primary result codes. @source https://www.sqlite.org/rescode.html (read 2026-11-21) */
const BUSY = 5;
const LOCKED = 6;
const TOO_BIG = 18;
const CONSTRAINT = 19;
const MISMATCH = 20;
/**
 * What `node:sqlite` says of a value that it does not bind: a bigint beyond 64 bits, a value of another type.
 * SQLite was not asked then, so there is no result code. @source https://nodejs.org/api/errors.html (read 2026-11-21)
 */
const BIND_ERRORS: ReadonlySet<unknown> = new Set([
  "ERR_INVALID_ARG_VALUE",
  "ERR_INVALID_ARG_TYPE",
]);
/** An extended code: the constraint is the table's primary key. */
const CONSTRAINT_PRIMARY_KEY = 1555;

export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === BUSY || code === LOCKED;
}

/** True when the row itself is at fault: another try would fail alike. */
export function isRowFault(error: unknown): boolean {
  const code = primaryCode(error);
  if (code === undefined) return isBindError(error);
  return code === CONSTRAINT || code === MISMATCH || code === TOO_BIG;
}

export function isDuplicateKey(error: unknown): boolean {
  return extendedCode(error) === CONSTRAINT_PRIMARY_KEY;
}

function isBindError(error: unknown): boolean {
  return error instanceof Error && "code" in error && BIND_ERRORS.has(error.code);
}

/** Extended codes keep the primary one in their low byte. */
function primaryCode(error: unknown): number | undefined {
  const code = extendedCode(error);
  return code === undefined ? undefined : code & 0xff;
}

function extendedCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

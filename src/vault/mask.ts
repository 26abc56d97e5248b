/** Beginnings that say only what kind of key it is. */
const PUBLIC_PREFIX = /^sk-(?:ant-)?(?:(?:api|admin)[0-9]{2}-)?/;
const SHOWN = 4;
const SHOWN_OF_SHORT = 2;
/** Of a shorter one, two times four characters would be too much. */
const LONG = 24;

/** What lists show of a provider's key: enough to tell keys apart, too little to use or guess one. */
export function maskCredential(value: string): string {
  const prefix = PUBLIC_PREFIX.exec(value)?.[0] ?? "";
  const own = value.slice(prefix.length);
  return own.length < LONG
    ? `…${own.slice(-SHOWN_OF_SHORT)}`
    : `${prefix}${own.slice(0, SHOWN)}…${own.slice(-SHOWN)}`;
}

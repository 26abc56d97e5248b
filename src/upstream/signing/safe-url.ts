/** True where nobody on the way can read what is sent: https, or this machine itself. */
export function isSafeUrl(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {};
  if (protocol === "https:") return true;
  if (protocol !== "http:" || hostname === undefined) return false;
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

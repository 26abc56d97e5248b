import type { SearchQuery } from "./contract.ts";

/** Whether a page is where the query allows. Providers take these limits for a wish, so each page is looked at. */
export function isAllowed(
  url: string,
  { allowedDomains, blockedDomains }: Pick<SearchQuery, "allowedDomains" | "blockedDomains">,
): boolean {
  const page = URL.parse(url);
  if (page === null || !["http:", "https:"].includes(page.protocol)) return false;
  const isIn = (domain: string) => covers(domain, page);
  if (blockedDomains.some(isIn)) return false;
  return allowedDomains.length === 0 || allowedDomains.some(isIn);
}

/** `example.com` is itself and its subdomains, `example.com/blog` what lies under that path; a `*` stands for any text in it. */
function covers(domain: string, { hostname, pathname }: URL): boolean {
  const [, host = "", path = ""] =
    /^(?:https?:\/\/)?([^/]*)(\/.*)?$/.exec(domain.trim().toLowerCase()) ?? [];
  if (host === "" || (hostname !== host && !hostname.endsWith(`.${host}`))) return false;
  const parts = path.split("*");
  let at = 0;
  const asked = pathname.toLowerCase();
  return parts.every((part, index) => {
    const found = index === 0 ? (asked.startsWith(part) ? 0 : -1) : asked.indexOf(part, at);
    at = found + part.length;
    return found >= 0;
  });
}

/** The query with its limits as operators that search engines know, as far as there is room. */
export function withOperators(query: SearchQuery, maxLength: number): string {
  const { text, allowedDomains, blockedDomains } = query;
  const allowed = allowedDomains.map((domain) => `site:${domain}`).join(" OR ");
  const limits = [
    ...(allowedDomains.length > 1
      ? [`(${allowed})`]
      : allowedDomains.length === 1
        ? [allowed]
        : []),
    ...blockedDomains.map((domain) => `-site:${domain}`),
  ];
  const whole = [text, ...limits].join(" ");
  return whole.length <= maxLength ? whole : text;
}

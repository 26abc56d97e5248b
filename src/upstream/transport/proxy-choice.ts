import { isIPv6 } from "node:net";
import { fail, ok, type Result } from "../../base/result.ts";
import { Secret } from "../../base/secret.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds the proxy, if any, through which an origin is reached. A plain http origin is on loopback (design R18), where no proxy
 * can help. The refusal is for people and never holds a variable's value, which may be a password.
 */
export function chooseProxy(
  origin: string,
  setting: "none" | "env" | Secret,
  env: Environment,
): Result<Secret | undefined, string> {
  if (setting === "none" || !origin.startsWith("https:")) return ok(undefined);
  if (setting instanceof Secret) return ok(setting);
  if (isExempt(origin, valueOf(env, ["no_proxy", "NO_PROXY"])?.value ?? "")) return ok(undefined);
  const found = valueOf(env, PROXY_VARIABLES);
  if (found === undefined) return ok(undefined);
  const { name, value } = found;
  const url = URL.parse(value.includes("://") ? value : `http://${value}`);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    return fail(`egress.proxy: ${name} does not name an http or https proxy`);
  }
  return ok(new Secret(url.href));
}

/** Strongest first. ALL_PROXY is left out: it mostly names a SOCKS proxy, which is not spoken here. */
const PROXY_VARIABLES: readonly string[] = [
  "https_proxy",
  "HTTPS_PROXY",
  "http_proxy",
  "HTTP_PROXY",
];

/** An empty variable counts as unset. */
function valueOf(env: Environment, names: readonly string[]) {
  for (const name of names) {
    const value = env[name]?.trim() ?? "";
    if (value !== "") return { name, value };
  }
  return undefined;
}

/**
 * Says whether a `NO_PROXY` list names this origin. Entries are separated by commas or blanks: `*`, or a host with or without a
 * port. A host stands for itself and its subdomains, with or without a dot or `*.` before it, as in curl
 * (https://curl.se/docs/manpage.html#--noproxy, 2026-11-21). Address ranges are not understood.
 */
export function isExempt(origin: string, noProxy: string): boolean {
  const { hostname, port, protocol } = new URL(origin);
  const originPort = port === "" ? ({ "https:": "443" }[protocol] ?? "80") : port;
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === "*") return true;
      const named = isIPv6(entry) ? `[${entry}]` : entry;
      const [, host = "", entryPort] =
        /^(?:\*?\.)?(\[[^\]]*\]|[^:]*?)\.?(?::([0-9]+))?$/.exec(named) ?? [];
      if (host === "" || (entryPort !== undefined && entryPort !== originPort)) return false;
      return hostname === host || hostname.endsWith(`.${host}`);
    });
}

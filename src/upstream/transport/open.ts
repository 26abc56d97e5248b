import { createSecureContext, getCACertificates } from "node:tls";
import { ok, type Result } from "../../base/result.ts";
import type { Secret } from "../../base/secret.ts";
import type { Transport } from "./contract.ts";
import { DirectTransport, type TransportOptions } from "./direct.ts";
import { chooseProxy } from "./proxy-choice.ts";

/** The way out of the network, as configured. */
export interface Egress {
  readonly proxy: "none" | "env" | Secret;
  readonly ca: "bundled" | "system" | "both";
  /** Text of a PEM file with further authorities. */
  readonly extraCa: string | undefined;
}

/** Opens the way to an origin; `env` is asked once, and only where `proxy` is `env`. The refusal is for people. */
export function openTransport(
  origin: string,
  timeouts: Omit<TransportOptions, "secureContext" | "proxy">,
  egress: Egress,
  env: Readonly<Record<string, string | undefined>>,
): Result<Transport, string> {
  const proxy = chooseProxy(origin, egress.proxy, env);
  if (!proxy.ok) return proxy;
  // One context for all connections: parsing a few hundred certificates takes longer than a handshake.
  const options = origin.startsWith("https:")
    ? { ...timeouts, secureContext: createSecureContext({ ca: authorities(egress) }) }
    : timeouts;
  return ok(new DirectTransport(origin, { ...options, proxy: proxy.value }));
}

/** Naming authorities replaces Node's own list, so all of them are named, `NODE_EXTRA_CA_CERTS` too. */
function authorities({ ca, extraCa }: Egress): string[] {
  const lists = {
    bundled: () => getCACertificates("bundled"),
    system: () => getCACertificates("system"),
    both: () => [...getCACertificates("bundled"), ...getCACertificates("system")],
  } as const;
  const extra = extraCa === undefined ? [] : [extraCa];
  return [...new Set([...lists[ca](), ...getCACertificates("extra"), ...extra])];
}

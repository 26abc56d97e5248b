import { z } from "zod";
import { isHostName, isLoopbackHost, refuse } from "./fields.ts";
import { keysField } from "./keys-field.ts";
import { upstreamLimitsField } from "./throttle-section.ts";

const hostField = z
  .string({ error: "expected a host name or an address" })
  .refine(isHostName, { error: "expected a host name or an address, without scheme and port" });

export const listenerSection = z
  .strictObject({
    port: z
      .int({ error: "expected a port number from 0 to 65535" })
      .min(0, { error: "expected a port number from 0 to 65535" })
      .max(65_535, { error: "expected a port number from 0 to 65535" })
      .default(4080)
      .meta({ description: "TCP port to listen on; 0 lets the system choose a free one." }),
    bind: hostField.default("127.0.0.1").meta({
      description:
        "Address to listen on. The default answers this machine only; 0.0.0.0 answers every network that it is in.",
    }),
    hosts: z
      .array(hostField, { error: "expected a list of host names" })
      .default([])
      .meta({
        description:
          "Further names that a client may put into its Host header, such as host.docker.internal for containers. Loopback names and the bind address always work.",
        examples: [["host.docker.internal"]],
      }),
    maxConnections: z
      .int({ error: "expected a whole number above 0" })
      .min(1, { error: "expected a whole number above 0" })
      .optional()
      .meta({
        description:
          "Most client connections at a time; more are closed at once. Without it the system's file handles are the limit.",
      }),
  })
  .prefault({})
  .meta({ description: "Where clients connect." });

const URL_REMEDY =
  'expected a URL such as "https://api.anthropic.com", without user, query and fragment';

/** An upstream's base: origin and, where it has one, a path prefix; never ends in a slash. */
export const upstreamUrlField = z
  .string({ error: URL_REMEDY })
  .transform((text, context) => {
    const url = URL.parse(text);
    if (url === null || !["https:", "http:"].includes(url.protocol)) {
      return refuse(context, URL_REMEDY);
    }
    if (url.username !== "" || url.password !== "") return refuse(context, URL_REMEDY);
    // `URL` drops a lone "?" or "#" from `search` and `hash`, so the text itself is asked.
    if (/[?#]/.test(text)) return refuse(context, URL_REMEDY);
    if (url.protocol === "http:" && !isLoopbackHost(url.hostname)) {
      return refuse(context, "expected https; plain http is for loopback hosts only");
    }
    return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
  })
  .meta({ format: "uri" });

export const anthropicSection = z
  .strictObject({
    url: upstreamUrlField.prefault("https://api.anthropic.com").meta({
      description:
        "Where Anthropic's API is; callers' credentials go to this origin and nowhere else. https, or http on a loopback host; a path prefix is kept.",
    }),
    keys: keysField,
    limits: upstreamLimitsField,
  })
  .prefault({})
  .meta({ description: "The upstream that speaks Anthropic's API." });

const PROXY_REMEDY =
  'expected "none", "env", a proxy URL without a password, env:NAME or file:/path';

/** `none`, `env`, a URL, or a reference to one; a URL with a password only by reference. */
export function isProxySetting(text: string): boolean {
  if (text === "none" || text === "env") return true;
  if (/^env:[A-Za-z_][A-Za-z0-9_]*$/.test(text) || /^file:./.test(text)) return true;
  const url = URL.parse(text);
  return isProxyUrl(text) && url?.username === "" && url.password === "";
}

/** An http or https proxy, with or without a user and password. */
export function isProxyUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && ["http:", "https:"].includes(url.protocol) && url.hostname !== "";
}

export const egressSection = z
  .strictObject({
    proxy: z
      .string({ error: PROXY_REMEDY })
      .refine(isProxySetting, { error: PROXY_REMEDY })
      .default("none")
      .meta({
        description:
          "Way out: none connects directly and ignores the proxy variables, env obeys HTTPS_PROXY, HTTP_PROXY and NO_PROXY, a URL names a proxy. Plain http on loopback never uses one. One with a password is written as env:NAME or file:/path.",
        examples: ["env", "http://proxy.example:3128", "env:CORP_PROXY"],
      }),
    ca: z.enum(["bundled", "system", "both"]).default("both").meta({
      description:
        "Certificate authorities to trust: those that come with Node, the operating system's, or both. Both lets a company's TLS inspection work as it does for browsers. NODE_EXTRA_CA_CERTS counts always.",
    }),
    extraCa: z
      .string({ error: "expected the path of a PEM file" })
      .min(1, { error: "expected the path of a PEM file" })
      .optional()
      .meta({
        description:
          "PEM file with further certificate authorities. It must exist when Spillway starts.",
        examples: ["/etc/ssl/corporate-ca.pem"],
      }),
  })
  .prefault({})
  .meta({ description: "How Spillway reaches the internet." });

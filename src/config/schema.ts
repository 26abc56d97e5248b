import { z } from "zod";
import type { Secret } from "../base/secret.ts";
import { isLoopbackHost } from "./fields.ts";
import { limitsSection, timeoutsSection } from "./limits-section.ts";
import { modelsSection } from "./models-section.ts";
import { currencySection, pricesSection } from "./money-section.ts";
import { anthropicSection, egressSection, listenerSection } from "./network-section.ts";
import { authSection, budgetsSection, overflowSection, vaultSection } from "./pay-section.ts";
import { providersSection } from "./providers-section.ts";
import { redirectSection } from "./redirect-section.ts";
import { residencySection } from "./residency-section.ts";
import { routingSection } from "./routing-section.ts";
import { searchSection } from "./search-section.ts";

const DIRECTORY_REMEDY = "expected the path of a directory";

const dataSection = z
  .strictObject({
    dir: z.string({ error: DIRECTORY_REMEDY }).min(1, { error: DIRECTORY_REMEDY }).optional().meta({
      description:
        "Directory of the database and the install key. Default: $XDG_DATA_HOME/spillway or ~/.local/share/spillway; on macOS ~/Library/Application Support/Spillway; on Windows %LOCALAPPDATA%\\Spillway.",
    }),
  })
  .prefault({})
  .meta({ description: "What Spillway keeps." });

const quotaSection = z
  .strictObject({
    statusFile: z
      .string({ error: "expected the path of a file" })
      .min(1, { error: 'expected the path of a file, or "none"' })
      .default("~/.claude/usage-status.md")
      .meta({
        description:
          "One-line file with the subscription's usage, rewritten after every answer that tells it. ~ and %h are the home directory; none writes no file.",
      }),
    accounts: z
      .array(z.string({ error: DIRECTORY_REMEDY }).min(1, { error: DIRECTORY_REMEDY }), {
        error: 'expected a list of directories, such as ["~/.claude", "~/.claude2"]',
      })
      .default([])
      .meta({
        description:
          "Claude Code's configuration directories, where several logins share this gateway: each has its own windows and its own usage-status.md. ~ and %h are the home directory.",
        examples: [["~/.claude", "~/.claude2"]],
      }),
  })
  .prefault({})
  .meta({ description: "The subscription's own limits." });

const logSection = z
  .strictObject({
    format: z.enum(["auto", "pretty", "json"]).default("auto").meta({
      description: "pretty for people, json for machines, auto is pretty on a terminal.",
    }),
    level: z.enum(["error", "warn", "info", "debug", "trace"]).default("info").meta({
      description: "Least important lines to write. Every exchange is one line at info.",
    }),
  })
  .prefault({})
  .meta({ description: "What is written to standard output." });

const metricsSection = z
  .strictObject({
    enabled: z.boolean({ error: "expected true or false" }).default(true).meta({
      description: "Answer /metrics for Prometheus.",
    }),
  })
  .prefault({})
  .meta({ description: "Figures for monitoring." });

const timeZoneField = z
  .string({ error: "expected a time zone such as Asia/Kolkata" })
  .refine(isTimeZone, { error: "expected a time zone such as Asia/Kolkata" })
  .optional()
  .meta({ description: "IANA time zone of days, months and shown times. Default: the system's." });

/** The whole of `spillway.yaml`. Types, JSON Schema and reference page come from here. */
export const configSchema = z
  .strictObject({
    listener: listenerSection,
    data: dataSection,
    anthropic: anthropicSection,
    providers: providersSection,
    models: modelsSection,
    routing: routingSection,
    auth: authSection,
    overflow: overflowSection,
    budgets: budgetsSection,
    vault: vaultSection,
    residency: residencySection,
    search: searchSection,
    timeouts: timeoutsSection,
    limits: limitsSection,
    egress: egressSection,
    currency: currencySection,
    timeZone: timeZoneField,
    prices: pricesSection,
    quota: quotaSection,
    redirect: redirectSection,
    log: logSection,
    metrics: metricsSection,
  })
  .superRefine(({ overflow, currency }, context) => {
    if (overflow.currency === "USD" || Object.hasOwn(currency.rates, overflow.currency)) return;
    context.addIssue({
      code: "custom",
      path: ["overflow", "currency"],
      message: "has no rate; add it to currency.rates, in units for one US dollar",
    });
  })
  .superRefine(({ anthropic, listener }, context) => {
    const url = new URL(anthropic.url);
    const isHere = isLoopbackHost(url.hostname) && Number(url.port) === listener.port;
    const listensHere =
      isLoopbackHost(listener.bind) || listener.bind === "0.0.0.0" || listener.bind === "::";
    if (isHere && listensHere && listener.port !== 0) {
      context.addIssue({
        code: "custom",
        path: ["anthropic", "url"],
        message: "is this server's own address, so requests would go in circles",
      });
    }
  })
  .meta({ title: "Spillway configuration" });

/** The file's values with the schema's defaults, before paths and references are resolved. */
export type ConfigValues = z.infer<typeof configSchema>;

type DeepReadonly<T> = T extends Secret
  ? T
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** A provider's entry with its key fetched. */
export type ProviderConfig = Omit<ConfigValues["providers"][string], "key" | "keys"> & {
  key: Secret | undefined;
  keys: KeyConfig[];
};

/** One of several keys, fetched. */
export type KeyConfig = Omit<ConfigValues["anthropic"]["keys"][number], "key"> & { key: Secret };

/** How requests go on elsewhere, with the probe's credential fetched. */
export type RedirectConfig = Omit<ConfigValues["redirect"], "probe"> & {
  probe: Omit<ConfigValues["redirect"]["probe"], "key"> & { key: Secret | undefined };
};

/**
 * One validated, deep-frozen snapshot of the configuration. Durations are milliseconds, sizes are bytes, prices and rates
 * decimal text, paths absolute.
 */
export type Config = DeepReadonly<
  Omit<
    ConfigValues,
    | "data"
    | "timeZone"
    | "quota"
    | "redirect"
    | "egress"
    | "vault"
    | "providers"
    | "search"
    | "anthropic"
  > & {
    anthropic: Omit<ConfigValues["anthropic"], "keys"> & { keys: KeyConfig[] };
    data: { dir: string };
    timeZone: string;
    /** Undefined: no status file is wanted. */
    quota: { statusFile: string | undefined; accounts: string[] };
    redirect: RedirectConfig;
    providers: Record<string, ProviderConfig>;
    search: Omit<ConfigValues["search"], "key"> & { key: Secret | undefined };
    vault: { masterKey: Secret | undefined; previousMasterKey: Secret | undefined };
    egress: Omit<ConfigValues["egress"], "proxy"> & {
      /** A proxy's URL may hold a password, so it is a secret. */
      proxy: "none" | "env" | Secret;
    };
  }
>;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

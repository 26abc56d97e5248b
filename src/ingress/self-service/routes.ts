import type { Route } from "./ask.ts";
import {
  listCredentials,
  removeCredential,
  rotateMasterKey,
  setCredential,
  showCredential,
  testCredential,
} from "./byok.ts";
import type { Door } from "./caller.ts";
import { comparePrices, listProviders, showCatalogue } from "./catalogue.ts";
import { explainRequest } from "./explain.ts";
import { createKey, listKeys, revokeKey, rotateKey, showKey, updateKey } from "./keys.ts";
import { listModels } from "./models.ts";
import { showHealth, showMetrics, showReadiness, showStatus } from "./process.ts";
import {
  listEvents,
  showActivity,
  showBudget,
  showCaller,
  showExchange,
  showQuota,
  showUsage,
} from "./reports.ts";
import { showStatusLine } from "./status-line.ts";

/** All of Spillway's own endpoints. `/api/*` is never among them: Claude Code calls it. */
export const ROUTES: readonly Route[] = [
  { method: "GET", path: "/health", who: "anyone", answer: showHealth },
  { method: "GET", path: "/ready", who: "anyone", answer: showReadiness },
  { method: "GET", path: "/metrics", who: "reader", answer: showMetrics },

  { method: "GET", path: "/v1/catalog", who: "reader", answer: showCatalogue },
  { method: "GET", path: "/v1/pricing/compare", who: "reader", answer: comparePrices },
  { method: "GET", path: "/v1/providers", who: "reader", answer: listProviders },

  { method: "GET", path: "/me", who: "reader", answer: showCaller },
  { method: "GET", path: "/me/usage", who: "reader", answer: showUsage },
  { method: "GET", path: "/me/activity", who: "reader", answer: showActivity },
  { method: "GET", path: "/me/activity/events", who: "reader", answer: listEvents },
  { method: "GET", path: "/me/quota", who: "reader", answer: showQuota },
  { method: "GET", path: "/me/budget", who: "reader", answer: showBudget },

  { method: "GET", path: "/me/keys", who: "reader", answer: listKeys },
  { method: "POST", path: "/me/keys", who: "owner", answer: createKey },
  { method: "GET", path: "/me/keys/{key}", who: "reader", answer: showKey },
  { method: "PATCH", path: "/me/keys/{key}", who: "owner", answer: updateKey },
  { method: "DELETE", path: "/me/keys/{key}", who: "owner", answer: revokeKey },
  { method: "POST", path: "/me/keys/{key}/rotate", who: "owner", answer: rotateKey },

  { method: "GET", path: "/me/byok", who: "owner", answer: listCredentials },
  { method: "GET", path: "/me/byok/{provider}", who: "owner", answer: showCredential },
  { method: "PUT", path: "/me/byok/{provider}", who: "owner", answer: setCredential },
  { method: "DELETE", path: "/me/byok/{provider}", who: "owner", answer: removeCredential },
  { method: "POST", path: "/me/byok/{provider}/test", who: "owner", answer: testCredential },

  { method: "GET", path: "/control/status", who: "control", answer: showStatus },
  { method: "GET", path: "/control/statusline", who: "control", answer: showStatusLine },
  { method: "GET", path: "/control/models", who: "control", answer: listModels },
  { method: "POST", path: "/control/route/explain", who: "control", answer: explainRequest },
  { method: "GET", path: "/control/exchanges/{id}", who: "control", answer: showExchange },
  {
    method: "POST",
    path: "/control/master-key/rotate",
    who: "control",
    answer: rotateMasterKey,
  },
];

/** What a door has at a path: its routes, one for each method, with the path's parts. */
export interface Found {
  readonly routes: readonly Route[];
  readonly params: Readonly<Record<string, string>>;
}

/** The endpoints of one door. */
export class Routes {
  readonly #exact: ReadonlySet<string>;
  readonly #prefixes: readonly string[];
  readonly #byPath: readonly { readonly parts: readonly string[]; readonly routes: Route[] }[];

  constructor(door: Door, routes: readonly Route[] = ROUTES) {
    const open = routes.filter(({ who }) => door === "control" || who !== "control");
    const paths = Map.groupBy(open, ({ path }) => path);
    this.#exact = new Set(paths.keys());
    this.#prefixes = door === "control" ? ["/me/", "/control/"] : ["/me/"];
    this.#byPath = [...paths].map(([path, group]) => ({ parts: path.split("/"), routes: group }));
  }

  /** True when a path is Spillway's own, whether or not there is anything at it. Asked for every request. */
  own(path: string): boolean {
    return this.#exact.has(path) || this.#prefixes.some((prefix) => path.startsWith(prefix));
  }

  find(path: string): Found | undefined {
    const parts = path.split("/");
    for (const known of this.#byPath) {
      const params = match(known.parts, parts);
      if (params !== undefined) return { routes: known.routes, params };
    }
    return undefined;
  }
}

/** Parts of a path by name; undefined where it is another path, or has a part that cannot be decoded. */
function match(
  pattern: readonly string[],
  parts: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? "";
    if (!expected.startsWith("{")) {
      if (part !== expected) return undefined;
      continue;
    }
    const value = decode(part);
    if (value === undefined || value === "") return undefined;
    params[expected.slice(1, -1)] = value;
  }
  return params;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

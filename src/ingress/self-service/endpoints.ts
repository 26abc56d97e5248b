import type { IncomingMessage } from "node:http";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { type HouseViews, reports } from "./reports.ts";

/** A whole answer of one of Spillway's own endpoints. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

type Endpoint = (query: URLSearchParams, rest: string) => Promise<Result<Answer, GatewayError>>;

const JSON_TYPE = "application/json";
/** @source https://prometheus.io/docs/instrumenting/exposition_formats/ (read 2026-11-21) */
const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Who may ask: everybody who reaches the data port, or only this machine's owner at the control socket. */
export type Door = "data" | "control";

/** Spillway's own endpoints. `/api/*` is never among them: Claude Code calls it. */
export class SelfService {
  /** A path that ends in a slash stands for everything below it. */
  readonly #endpoints: ReadonlyMap<string, Endpoint>;

  constructor(views: HouseViews, door: Door) {
    const report = reports(views);
    const forAll: readonly (readonly [string, Endpoint])[] = [
      ["/health", async () => ok(json(200, { status: "ok" }))],
      ["/ready", async () => ok(readiness(views.ready()))],
      ["/metrics", async () => metrics(views)],
      ["/me/usage", async (query) => asJson(await report.usage(query))],
      ["/me/activity", async (query) => asJson(await report.activity(query))],
      ["/me/activity/events", async (query) => asJson(await report.events(query))],
      ["/me/quota", async () => ok(json(200, report.quota()))],
      ["/me/", async () => fail(nothingHere())],
    ];
    const forOwner: readonly (readonly [string, Endpoint])[] = [
      ["/control/status", async () => asJson(await report.status())],
      ["/control/exchanges/", async (_query, id) => asJson(await report.exchange(id))],
    ];
    this.#endpoints = new Map(door === "control" ? [...forAll, ...forOwner] : forAll);
  }

  /** True when a path is Spillway's own, whether or not there is anything at it. */
  answers(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  async handle(request: IncomingMessage, target: string): Promise<Result<Answer, GatewayError>> {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return fail(gatewayError("method_not_allowed", "This endpoint answers GET only"));
    }
    const mark = target.indexOf("?");
    const path = mark < 0 ? target : target.slice(0, mark);
    const found = this.#find(path);
    if (found === undefined) return fail(nothingHere());
    return await found.endpoint(
      new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1)),
      found.rest,
    );
  }

  #find(path: string): { readonly endpoint: Endpoint; readonly rest: string } | undefined {
    const exact = this.#endpoints.get(path);
    if (exact !== undefined) return { endpoint: exact, rest: "" };
    for (const [prefix, endpoint] of this.#endpoints) {
      if (prefix.endsWith("/") && path.startsWith(prefix)) {
        return { endpoint, rest: path.slice(prefix.length) };
      }
    }
    return undefined;
  }
}

function nothingHere(): GatewayError {
  return gatewayError("not_found", "There is no such endpoint");
}

function json(status: number, value: unknown): Answer {
  return { status, contentType: JSON_TYPE, body: `${JSON.stringify(value)}\n` };
}

function asJson(result: Result<unknown, GatewayError>): Result<Answer, GatewayError> {
  return result.ok ? ok(json(200, result.value)) : result;
}

function readiness(problem: string | undefined): Answer {
  return problem === undefined
    ? json(200, { status: "ready" })
    : json(503, { status: "not_ready", reason: problem });
}

function metrics(views: HouseViews): Result<Answer, GatewayError> {
  const page = views.metrics();
  if (page === undefined) {
    return fail(gatewayError("not_found", "Metrics are off (metrics.enabled in spillway.yaml)"));
  }
  return ok({ status: 200, contentType: METRICS_TYPE, body: page });
}

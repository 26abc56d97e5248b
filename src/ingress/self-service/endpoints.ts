import type { IncomingMessage } from "node:http";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import { fail, type Result } from "../../base/result.ts";
import { carriesKey } from "../../identity/keys/index.ts";
import type { Answer } from "./answer.ts";
import type { Route } from "./ask.ts";
import { readJsonBody } from "./body.ts";
import { type Door, readCaller, refusalOf } from "./caller.ts";
import { type Found, Routes } from "./routes.ts";
import type { HouseViews } from "./views.ts";

/** Why an endpoint does not answer, with what HTTP wants said beside it. */
export interface Refusal {
  readonly error: GatewayError;
  readonly fields: HeaderList;
}

/** What is asked of an endpoint, by whatever way it came. */
export interface OwnRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: HeaderList;
  /** Reads the JSON body, once. */
  readonly body: (maxBytes?: number) => Promise<Result<unknown, GatewayError>>;
}

/** Spillway's own endpoints behind one door. */
export class SelfService {
  readonly #views: HouseViews;
  readonly #door: Door;
  readonly #routes: Routes;

  constructor(views: HouseViews, door: Door) {
    this.#views = views;
    this.#door = door;
    this.#routes = new Routes(door);
  }

  /** True when a path is Spillway's own, whether or not there is anything at it. */
  answers(path: string): boolean {
    return this.#routes.own(path);
  }

  async handle(request: IncomingMessage, target: string): Promise<Result<Answer, Refusal>> {
    return await this.answer({
      method: request.method ?? "",
      target,
      headers: request.rawHeaders,
      body: async (maxBytes) => await readJsonBody(request, maxBytes),
    });
  }

  /** Path, method, caller, body: each is looked at only when the one before it was right. */
  async answer(request: OwnRequest): Promise<Result<Answer, Refusal>> {
    const { method, target } = request;
    if (carriesKey(target)) return refuse(KEY_IN_URL);
    const mark = target.indexOf("?");
    const found = this.#routes.find(mark < 0 ? target : target.slice(0, mark));
    if (found === undefined) return refuse(NOTHING_HERE);
    const route = routeFor(found, method);
    if (route === undefined) return refuseMethod(found);
    const query = new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1));
    const answer = await this.#answer(request, route, found.params, query);
    return answer.ok ? answer : refuse(answer.error);
  }

  async #answer(
    { headers, body }: OwnRequest,
    route: Route,
    params: Found["params"],
    query: URLSearchParams,
  ): Promise<Result<Answer, GatewayError>> {
    const views = this.#views;
    if (route.who === "anyone") return route.answer(views);
    const caller = readCaller(this.#door, headers, query, views);
    if (!caller.ok) return caller;
    const refused = refusalOf(caller.value, route.who, route.method === "GET");
    if (refused !== undefined) return fail(refused);
    return await route.answer({
      views,
      caller: caller.value,
      query,
      param: (name) => params[name] ?? "",
      body,
    });
  }
}

const NOTHING_HERE = gatewayError("not_found", "There is no such endpoint");
const KEY_IN_URL = gatewayError(
  "key_in_url",
  "A Spillway key stands in the URL, where logs would keep it. Send it in the header x-spillway-key, and rotate it",
);

function routeFor({ routes }: Found, method: string): Route | undefined {
  const wanted = method === "HEAD" ? "GET" : method;
  return routes.find((route) => route.method === wanted);
}

function refuseMethod({ routes }: Found): Result<Answer, Refusal> {
  const methods = routes.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  const allowed = methods.join(", ");
  return refuse(gatewayError("method_not_allowed", `This endpoint answers ${allowed} only`), [
    "allow",
    allowed,
  ]);
}

function refuse(error: GatewayError, fields: HeaderList = []): Result<Answer, Refusal> {
  return fail({ error, fields });
}

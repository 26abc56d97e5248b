import type { GatewayError } from "../../base/errors.ts";
import type { Result } from "../../base/result.ts";
import type { Answer, Reply } from "./answer.ts";
import type { Caller, Who } from "./caller.ts";
import type { HouseViews } from "./views.ts";

/** A request of which it is known who sent it, and that it may be answered. */
export interface Ask {
  readonly views: HouseViews;
  readonly caller: Caller;
  readonly query: URLSearchParams;
  /** A part of the path by its name in the route; decoded. */
  readonly param: (name: string) => string;
  /** Reads the JSON body, once; longer ones than usual only where that is said. */
  readonly body: (maxBytes?: number) => Promise<Result<unknown, GatewayError>>;
}

/** One endpoint with those who may use it: there is none that does not say who. */
export type Route = {
  /** GET answers HEAD too. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `{name}` stands for one segment. */
  readonly path: string;
} & (
  | {
      readonly who: "anyone";
      /** Sees no caller: none was asked for a credential. */
      readonly answer: (views: HouseViews) => Result<Answer, GatewayError>;
    }
  | {
      readonly who: Exclude<Who, "anyone">;
      readonly answer: (ask: Ask) => Reply;
    }
);

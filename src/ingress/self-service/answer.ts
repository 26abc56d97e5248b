import type { GatewayError } from "../../base/errors.ts";
import { ok, type Result } from "../../base/result.ts";

/** A whole answer of one of Spillway's own endpoints. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What an endpoint gives back; the error is rendered in the caller's own envelope. */
export type Reply = Promise<Result<Answer, GatewayError>>;

export function json(status: number, value: unknown): Answer {
  return { status, contentType: "application/json", body: `${JSON.stringify(value)}\n` };
}

/** A 200 of what is there, or the error as it is. */
export function asJson(result: Result<unknown, GatewayError>): Result<Answer, GatewayError> {
  return result.ok ? ok(json(200, result.value)) : result;
}

import type { Identity } from "../identity/principal.ts";
import type { ClientCall } from "./call.ts";
import type { Asked } from "./request/asked.ts";
import type { RequestBody } from "./request/body.ts";
import type { Facts } from "./request/facts.ts";

/** A request about to be decided. */
export interface Question {
  readonly call: ClientCall;
  readonly identity: Identity;
  readonly asked: Asked;
  readonly facts: Facts;
  readonly body: RequestBody;
}

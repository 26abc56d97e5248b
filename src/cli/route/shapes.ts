import { isObject } from "../../base/json.ts";
import type { RouteRecord } from "../../store/route-record.ts";

/** What the server says would become of a request. */
export interface Explained {
  readonly model: string | null;
  readonly class?: { readonly name: string; readonly isTold: boolean };
  readonly rules: readonly {
    readonly name: string;
    readonly result: string;
    readonly detail?: string;
  }[];
  readonly route: RouteRecord;
  readonly prices: readonly ({ readonly input: string; readonly output: string } | null)[];
  readonly refusal?: { readonly code: string; readonly message: string };
  readonly residency?: string;
}

export function isExplained(value: unknown): value is Explained {
  return (
    isObject(value) &&
    isList(value["rules"]) &&
    Array.isArray(value["prices"]) &&
    isObject(value["route"]) &&
    isList(value["route"]["candidates"]) &&
    isList(value["route"]["refused"]) &&
    Array.isArray(value["route"]["steps"]) &&
    Array.isArray(value["route"]["notes"])
  );
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isObject);
}

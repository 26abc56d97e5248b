import { isObject } from "../../base/json.ts";
import type { KeyView } from "../../identity/keys/index.ts";
import { isList } from "../shapes.ts";

/** A key with its secret, which no other answer has. */
export interface MintedView extends KeyView {
  readonly key: string;
}

// What the commands rely on is looked at, the rest is believed.

export function isKeyView(value: unknown): value is KeyView {
  return (
    isObject(value) &&
    ["id", "name", "organisation", "principal", "role", "mask", "status"].every(
      (field) => typeof value[field] === "string",
    ) &&
    isTimeOrNull(value["expires_at"]) &&
    isList(value["models"], (model) => typeof model === "string") &&
    isList(value["budgets"], isBudget) &&
    (value["daily_requests"] === null || isDaily(value["daily_requests"]))
  );
}

export function isMintedView(value: unknown): value is MintedView {
  return isObject(value) && typeof value["key"] === "string" && isKeyView(value);
}

export function isKeyList(value: unknown): value is { readonly keys: readonly KeyView[] } {
  return isObject(value) && isList(value["keys"], isKeyView);
}

function isBudget(value: unknown): boolean {
  return (
    isObject(value) &&
    ["amount", "currency", "period", "resets_at"].every(
      (field) => typeof value[field] === "string",
    ) &&
    typeof value["used_percent"] === "number"
  );
}

function isDaily(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value["limit"] === "number" &&
    typeof value["used"] === "number" &&
    typeof value["resets_at"] === "string"
  );
}

function isTimeOrNull(value: unknown): boolean {
  return value === null || typeof value === "string";
}

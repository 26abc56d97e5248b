import { isObject } from "../../base/json.ts";
import type { CredentialView } from "../../vault/index.ts";
import { isList } from "../shapes.ts";

/** What the provider said of a key that was stored before, and the words for it. */
export interface TestView {
  readonly provider: string;
  /** Null: neither yes nor no. */
  readonly verified: boolean | null;
  readonly message: string;
}

/** A credential that is stored now, and what the provider said of it. */
export interface StoredView extends CredentialView {
  readonly message: string;
}

/** An amount for a period. */
export interface CapView {
  readonly amount: string;
  readonly currency: string;
  readonly period: string;
}

// What the commands rely on is looked at, the rest is believed.

export function isStoredView(value: unknown): value is StoredView {
  return isCredential(value) && "message" in value && typeof value.message === "string";
}

export function isCredentialList(
  value: unknown,
): value is { readonly credentials: readonly CredentialView[] } {
  return isObject(value) && isList(value["credentials"], isCredential);
}

export function isTestView(value: unknown): value is TestView {
  return (
    isObject(value) &&
    typeof value["provider"] === "string" &&
    typeof value["message"] === "string" &&
    (value["verified"] === null || typeof value["verified"] === "boolean")
  );
}

export function isRemoved(value: unknown): value is { readonly provider: string } {
  return isObject(value) && typeof value["provider"] === "string";
}

export function isRotated(value: unknown): value is { readonly resealed: number } {
  return isObject(value) && typeof value["resealed"] === "number";
}

export function isBudgetView(value: unknown): value is { readonly budgets: readonly CapView[] } {
  return isObject(value) && isList(value["budgets"], isCap);
}

function isCredential(value: unknown): value is CredentialView {
  return (
    isObject(value) &&
    ["provider", "label", "mask", "updated_at"].every(
      (field) => typeof value[field] === "string",
    ) &&
    typeof value["overflow"] === "boolean"
  );
}

function isCap(value: unknown): value is CapView {
  return (
    isObject(value) &&
    ["amount", "currency", "period"].every((field) => typeof value[field] === "string")
  );
}

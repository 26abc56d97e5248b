import { isObject } from "../base/json.ts";
import type { UsageReport } from "../store/usage-view.ts";
import type { EventsView, EventView, ExchangeView } from "../store/views.ts";
import type { ServerStatus } from "./source.ts";

// The server is this program, perhaps of another version: what the commands rely on is looked at, the rest is believed.

export function isServerStatus(value: unknown): value is ServerStatus {
  return (
    isObject(value) &&
    typeof value["pid"] === "number" &&
    typeof value["version"] === "string" &&
    typeof value["started_at"] === "string" &&
    typeof value["url"] === "string" &&
    typeof value["data_dir"] === "string" &&
    isList(value["providers"], isObject)
  );
}

export function isEventsView(value: unknown): value is EventsView {
  return isObject(value) && isList(value["events"], isEventView);
}

export function isExchangeView(value: unknown): value is ExchangeView {
  return (
    isObject(value) &&
    isEventView(value) &&
    isList(value["attempts"], isObject) &&
    isList(value["ledger"], (entry) => isObject(entry) && isList(entry["lines"], isObject))
  );
}

export function isUsageReport(value: unknown): value is UsageReport {
  return (
    isObject(value) &&
    isList(value["books"], isTotals) &&
    isList(value["groups"], isTotals) &&
    isObject(value["month"]) &&
    [value["month"]["paid"], value["month"]["notional"]].every(isAmount)
  );
}

function isAmount(value: unknown): boolean {
  return isObject(value) && typeof value["cost"] === "string";
}

function isEventView(value: unknown): value is EventView {
  return (
    isObject(value) &&
    typeof value["id"] === "string" &&
    typeof value["started_at"] === "string" &&
    typeof value["operation"] === "string" &&
    isObject(value["tokens"])
  );
}

function isTotals(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value["requests"] === "number" &&
    typeof value["cost"] === "string" &&
    isObject(value["tokens"])
  );
}

export function isList(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

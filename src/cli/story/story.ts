import type { ExchangeView } from "../../store/views.ts";
import { exactTime } from "../commands/dates.ts";
import type { Screen } from "../text.ts";
import { tellAttempts } from "./attempts.ts";
import type { PriceOf } from "./bill-lines.ts";
import { tellCost, tellLedger } from "./money.ts";
import { facts, timeOf } from "./parts.ts";
import { tellRoute } from "./route.ts";

/** Tells an exchange from who asked to what was booked. */
export function tellStory(screen: Screen, exchange: ExchangeView, priceOf: PriceOf): void {
  screen.line(`${screen.paint("bold", exchange.id)}  ${ending(screen, exchange)}`);
  facts(screen, "Who", [
    ["client", join(exchange.client, exchange.client_version)],
    ["session", exchange.session_id],
    ["agent", exchange.agent_id],
    ["parent", exchange.parent_agent_id],
    ["prompt", exchange.prompt_id],
    ["class", exchange.request_class],
    ["principal", `${exchange.principal} (${exchange.organisation})`],
    ["credential", credential(exchange)],
  ]);
  facts(screen, "What", [
    ["started", exactTime(Date.parse(exchange.started_at))],
    ["request", `${exchange.method} ${exchange.path}${exchange.stream ? " (stream)" : ""}`],
    ["operation", `${exchange.operation}, ${exchange.dialect}`],
    ["asked for", exchange.requested_model],
    ["sent as", differs(exchange.sent_model, exchange.requested_model)],
    ["served by", exchange.served_model],
  ]);
  facts(screen, "Where it went", [
    ["decision", exchange.decision],
    ["provider", exchange.answered?.provider ?? exchange.provider],
    ["mode", exchange.mode],
    ["pays", exchange.billing_owner],
    ["data policy", exchange.residency],
  ]);
  if (exchange.route !== null) tellRoute(screen, exchange.route);
  if (exchange.finish === null) {
    screen.line();
    screen.line("It is still running: attempts, usage and cost are recorded at its end.");
    return;
  }
  tellAttempts(screen, exchange);
  facts(screen, "How it ended", [
    ["finish", exchange.finish],
    ["status", exchange.status?.toString() ?? "none sent"],
    ["stop reason", exchange.stop_reason],
    ["error", exchange.error_code && `${exchange.error_code} (${exchange.error_source ?? "?"})`],
    ["first byte", timeOf(exchange.first_byte_ms)],
    ["total", timeOf(exchange.duration_ms)],
  ]);
  tellCost(screen, exchange, priceOf);
  tellLedger(screen, exchange.ledger);
}

function ending(screen: Screen, exchange: ExchangeView): string {
  if (exchange.finish === null) return screen.paint("yellow", "still running");
  const isGood = exchange.finish === "complete" && (exchange.status ?? 0) < 400;
  const status = exchange.status === null ? "" : `, ${exchange.status}`;
  return screen.paint(isGood ? "green" : "red", `${exchange.finish}${status}`);
}

function credential(exchange: ExchangeView): string {
  const account = exchange.account === null ? "" : `, account ${exchange.account.slice(0, 8)}`;
  const key = exchange.key_id === null ? "" : `, key ${exchange.key_id}`;
  return `${exchange.credential_class}${account}${key}`;
}

function join(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(" ");
}

function differs(value: string | null, other: string | null): string | null {
  return value === other ? null : value;
}

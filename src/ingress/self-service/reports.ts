import { gatewayError } from "../../base/errors.ts";
import { fail, ok } from "../../base/result.ts";
import { budgetWindow } from "../../policy/budget/index.ts";
import { describeQuota } from "../../quota/describe.ts";
import { activityView, monthView, type UsageReport, usageView } from "../../store/usage-view.ts";
import { eventsView, exchangeView } from "../../store/views.ts";
import { asJson, json, type Reply } from "./answer.ts";
import type { Ask } from "./ask.ts";
import { overflowCap, overflowScope, useOf } from "./budget-use.ts";
import { viewOf } from "./keys.ts";
import { readChoice, readCount, readId, readPeriod } from "./query.ts";
import { reportScope, visibleKey } from "./visible-keys.ts";

const MAX_EVENTS = 200;
const DEFAULT_EVENTS = 50;
const GROUPS = ["none", "day", "model", "session", "agent", "key", "provider"] as const;

/** Who the caller is taken for. */
export async function showCaller({ views, caller }: Ask): Reply {
  const { principal, organisation, role, key } = caller;
  const shown = key === undefined ? null : viewOf(key, views);
  return ok(json(200, { principal, organisation, role, key: shown }));
}

export async function showUsage(ask: Ask): Reply {
  const { views, query } = ask;
  const nowMs = views.now();
  const period = readPeriod(query, nowMs);
  if (!period.ok) return period;
  const groupBy = readChoice(query, "by", GROUPS);
  if (!groupBy.ok) return groupBy;
  const scope = reportScope(ask);
  if (!scope.ok) return scope;
  const timeZone = views.timeZone();
  const asked = { ...period.value, ...scope.value, groupBy: groupBy.value, timeZone };
  const month = { from: budgetWindow({ period: "month", timeZone }, nowMs).startsAt, to: nowMs };
  const rows = await views.reader.usage(asked);
  const monthRows = await views.reader.usage({ ...month, ...scope.value, groupBy: "none" });
  const report: UsageReport = {
    ...usageView(rows, asked, views.display(), (group) =>
      asked.groupBy === "key" ? views.keys.get(group)?.name : undefined,
    ),
    month: monthView(monthRows, month.from, views.display()),
  };
  return ok(json(200, report));
}

export async function showActivity(ask: Ask): Reply {
  const { views, query } = ask;
  const period = readPeriod(query, views.now());
  if (!period.ok) return period;
  const scope = reportScope(ask);
  if (!scope.ok) return scope;
  const asked = { ...period.value, ...scope.value, timeZone: views.timeZone() };
  const activity = await views.reader.activity(asked);
  return ok(json(200, activityView(activity, asked, views.display())));
}

export async function listEvents(ask: Ask): Reply {
  const { views, query } = ask;
  const limit = readCount(query, "limit", { fallback: DEFAULT_EVENTS, most: MAX_EVENTS });
  if (!limit.ok) return limit;
  const before = readId(query, "before");
  if (!before.ok) return before;
  const after = readId(query, "after");
  if (!after.ok) return after;
  const scope = reportScope(ask);
  if (!scope.ok) return scope;
  const page = await views.reader.events({
    ...scope.value,
    limit: limit.value,
    before: before.value,
    after: after.value,
    sessionId: query.get("session") ?? undefined,
  });
  return ok(json(200, eventsView(page)));
}

/** Also the cap of overflows, where no budget of its own is above them. */
export async function showBudget(ask: Ask): Reply {
  const { views, caller, query } = ask;
  const named = query.get("key");
  const found = named === null ? ok(caller.key) : visibleKey(ask, named);
  if (!found.ok) return found;
  const scope = overflowScope({ key: found.value, principal: caller.principal }, views);
  const { budgets, dailyRequests } = useOf(scope, views);
  const daily = dailyRequests && {
    limit: dailyRequests.limit,
    used: dailyRequests.used,
    resets_at: new Date(dailyRequests.resetsAt).toISOString(),
  };
  return ok(json(200, { scope: scope.name, budgets, daily_requests: daily ?? null }));
}

/** A key sees the account whose token it sends along: whose the others are is not known here. */
export async function showQuota({ views, caller }: Ask): Reply {
  const nowMs = views.now();
  const accounts = views
    .quota()
    .filter(
      ({ principal, account }) =>
        caller.key === undefined || (principal === caller.principal && account === caller.account),
    )
    .map((quota) => describeQuota(quota, nowMs));
  return ok(json(200, { accounts, overflow_cap: overflowCap(caller, views) }));
}

/** Of any organisation: it is this machine's owner who asks. */
export async function showExchange({ views, param }: Ask): Reply {
  const detail = await views.reader.exchange(param("id"));
  return asJson(
    detail === undefined
      ? fail(gatewayError("not_found", "There is no such exchange"))
      : ok(exchangeView(detail)),
  );
}

import { ok } from "../../base/result.ts";
import { LOCAL_ORGANISATION } from "../../identity/principal.ts";
import { describeQuota } from "../../quota/describe.ts";
import { shortMoney } from "../../store/amount-view.ts";
import { json, type Reply } from "./answer.ts";
import type { Ask } from "./ask.ts";
import { overflowCap } from "./budget-use.ts";

/** Longer ones are no session of ours. */
const MAX_SESSION_LENGTH = 200;

/** Everything that a status line shows, in one answer: it has a fifth of a second for all of it. */
export async function showStatusLine({ views, query }: Ask): Reply {
  const nowMs = views.now();
  const sessionId = (query.get("session") ?? "").slice(0, MAX_SESSION_LENGTH);
  const session = sessionId === "" ? undefined : await views.sessionCost(sessionId);
  const quotas = views.quota();
  const directory = query.get("directory");
  const owner = session?.owner;
  const quota =
    quotas.find(
      ({ principal, account }) => principal === owner?.principal && account === owner.account,
    ) ??
    quotas.find((known) => known.directory !== undefined && known.directory === directory) ??
    quotas[0];
  const stored = views.vault.list(LOCAL_ORGANISATION);
  const { mode } = views.pay();
  const display = views.display();
  return ok(
    json(200, {
      quota: quota === undefined ? null : describeQuota(quota, nowMs),
      session:
        session === undefined
          ? null
          : session.books.map(({ book, cost, unknown }) => ({
              book,
              cost: shortMoney(cost, display),
              unknown,
            })),
      overflow_ready: stored.some(
        ({ overflow }) => mode === "overflow" || (mode === undefined && overflow),
      ),
      overflow_cap: overflowCap({ principal: views.localPrincipal }, views),
    }),
  );
}

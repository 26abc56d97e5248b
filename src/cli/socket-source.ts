import { isObject } from "../base/json.ts";
import { ok, type Result } from "../base/result.ts";
import { openControlSocket } from "./control-socket.ts";
import type { CliFailure } from "./deps.ts";
import { queryOf } from "./query.ts";
import { readAnswer } from "./read-answer.ts";
import { isEventsView, isExchangeView, isServerStatus, isUsageReport } from "./shapes.ts";
import type { Source } from "./source.ts";

/** Has a running server make the reports; undefined when nobody listens at its control socket. */
export async function openSocketSource(
  socketPath: string,
): Promise<Result<Source | undefined, CliFailure>> {
  const opened = await openControlSocket(socketPath);
  if (!opened.ok) return opened;
  if (opened.value === undefined) return ok(undefined);
  const { control, status } = opened.value;
  const server = readAnswer(status, isServerStatus);
  if (!server.ok) return server;
  const get = async (path: string) => await control.send({ method: "GET", path });
  const ask = async <T>(
    path: string,
    isShape: (value: unknown) => value is T,
  ): Promise<Result<T, CliFailure>> => {
    const answer = await get(path);
    return answer.ok ? readAnswer(answer.value, isShape) : answer;
  };
  return ok({
    server: server.value,
    usage: async ({ from, to, by }) =>
      await ask(`/me/usage${queryOf({ from: isoTime(from), to: isoTime(to), by })}`, isUsageReport),
    events: async ({ before, after, limit }) =>
      await ask(
        `/me/activity/events${queryOf({ before, after, limit: limit?.toString() })}`,
        isEventsView,
      ),
    exchange: async (id) => {
      const answer = await get(`/control/exchanges/${encodeURIComponent(id)}`);
      if (!answer.ok) return answer;
      return answer.value.status === 404 ? ok(undefined) : readAnswer(answer.value, isExchangeView);
    },
    quota: async () => await ask("/me/quota", isObject),
    [Symbol.asyncDispose]: async () => await control[Symbol.asyncDispose](),
  });
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

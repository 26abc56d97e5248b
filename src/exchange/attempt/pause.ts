import type { ActiveExchanges } from "../active.ts";
import type { ClientSide } from "../answer/client-side.ts";

/** Waits so long, or until the client leaves or the process goes: whoever waits has to look which. */
export async function pause(
  ms: number,
  { client, active }: { readonly client: ClientSide; readonly active: ActiveExchanges },
): Promise<void> {
  if (client.gone || active.cut !== undefined) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const waiting = { cut: () => resolve() };
  client.onGone(resolve);
  active.add(waiting);
  await promise;
  active.remove(waiting);
  clearTimeout(timer);
}

import { type GatewayProcess, startGatewayProcess } from "./gateway-process.ts";
import type { LoadCalls } from "./load.ts";
import { type PeerName, startPeerProcess } from "./peer-process.ts";
import type { PipeCalls } from "./pipe.ts";
import { type Remote, startRemote } from "./remote.ts";
import type { TrafficName } from "./traffic.ts";
import type { UpstreamCalls } from "./upstream.ts";

/** A process that carries exchanges: the gateway, or the pipe that it is compared with. */
export interface Carrier {
  readonly name: "gateway" | "pipe";
  readonly pid: number;
  readonly port: number;
  /** The Spillway key that requests are to bring. */
  readonly key?: string | undefined;
}

export type PeerCarrier = Omit<Carrier, "name"> & { readonly name: "peer" };

/** Where the load generator sends its requests, and what it may expect. */
export function toTarget({ name, port, key }: Carrier | PeerCarrier) {
  return {
    port,
    fields: key === undefined ? [] : [["x-spillway-key", key] as const],
    // Where both sides speak the same dialect, there is nothing else to expect.
    isTranslated: name !== "pipe",
  };
}

/** Upstream and load generator, each in its process, and what stands between them. */
export interface Stage extends AsyncDisposable {
  readonly upstreamUrl: string;
  readonly upstream: Remote<UpstreamCalls>;
  readonly load: Remote<LoadCalls>;
  startGateway(nodeArgs?: readonly string[]): Promise<Carrier & GatewayProcess>;
  /** One with a key that has a budget, and a stored key that is injected. */
  startKeyedGateway(nodeArgs?: readonly string[]): Promise<Carrier & GatewayProcess>;
  /** Another gateway, installed on first use. */
  startPeer(name: PeerName): Promise<PeerCarrier & AsyncDisposable>;
  startPipe(nodeArgs?: readonly string[]): Promise<Carrier & AsyncDisposable>;
  /** What the upstream expects and answers from now on. */
  use(name: TrafficName): Promise<void>;
}

export async function openStage(burst: number): Promise<Stage> {
  await using opened = new AsyncDisposableStack();
  const upstream = opened.use(startRemote<UpstreamCalls>("upstream.ts"));
  const load = opened.use(startRemote<LoadCalls>("load.ts"));
  const upstreamUrl = `http://127.0.0.1:${await upstream.call("listen")}`;
  const kept = opened.move();
  return {
    upstreamUrl,
    upstream,
    load,
    startGateway: async (nodeArgs = []) =>
      toCarrier(await startGatewayProcess(upstreamUrl, nodeArgs)),
    startKeyedGateway: async (nodeArgs = []) => {
      const gateway = await startGatewayProcess(upstreamUrl, nodeArgs);
      return toCarrier(gateway, await gateway.setUpKey());
    },
    startPeer: async (name) => {
      const peer = await startPeerProcess(name, upstreamUrl);
      return { ...peer, name: "peer", [Symbol.asyncDispose]: () => peer.stop() };
    },
    startPipe: async (nodeArgs = []) => {
      const pipe = startRemote<PipeCalls>("pipe.ts", { nodeArgs });
      const port = await pipe.call("listen", upstreamUrl);
      return {
        name: "pipe",
        pid: pipe.pid,
        port,
        [Symbol.asyncDispose]: () => pipe[Symbol.asyncDispose](),
      };
    },
    use: (name) => upstream.call("use", { name, burst }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function toCarrier(gateway: GatewayProcess, key?: string): Carrier & GatewayProcess {
  return {
    name: "gateway",
    pid: gateway.pid,
    port: gateway.port,
    key,
    setUpKey: () => gateway.setUpKey(),
    stop: () => gateway.stop(),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueKey, STORED_KEY, storeKey } from "../clients/stored-key.ts";
import { call, type HttpAnswer, startTestGateway } from "../fault/rig.ts";
import { bodyWrites, json, type Responder } from "../upstream/answer.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import type { Client } from "./clients.ts";
import { UPSTREAMS } from "./upstreams.ts";

/** What came of one request. */
export interface Exchanged {
  readonly asked: string;
  readonly sent: RecordedRequest;
  /** The upstream's bytes. */
  readonly told: string;
  readonly answer: HttpAnswer;
}

export interface Asking {
  readonly client: Client;
  readonly model: string;
  readonly isStream: boolean;
  readonly ask: object;
  readonly responder: Responder;
}

/** A gateway between every client and every upstream, all of them one scripted server. */
export interface Lab extends AsyncDisposable {
  readonly url: string;
  /** The Spillway key with which clients prove themselves. */
  readonly key: string;
  /** Answers the next requests of clients so, and no others. */
  script(...responders: readonly Responder[]): void;
  /** All that the upstreams were asked. */
  readonly requests: readonly RecordedRequest[];
  exchange(asking: Asking): Promise<Exchanged>;
}

const NOT_SCRIPTED = json(500, { error: { message: "nothing was scripted for this" } });
const PROVIDER_KEY = "provider-key-of-the-configuration";
/** Fixed, so that proofs and hashes are the same in every run. */
const INSTALL_KEY = "0123456789abcdef".repeat(4);

export async function openLab(): Promise<Lab> {
  await using opening = new AsyncDisposableStack();
  const scratch = await mkdtemp(join(tmpdir(), "spillway-golden-"));
  opening.defer(async () => await rm(scratch, { recursive: true, force: true, maxRetries: 3 }));
  const dataDir = join(scratch, "data");
  await mkdir(dataDir);
  await writeFile(join(dataDir, "install.key"), `${INSTALL_KEY}\n`, { mode: 0o600 });
  const upstream = opening.use(await startAnthropicUpstream());
  const others = UPSTREAMS.filter(({ provider }) => provider !== "anthropic");
  const providers = others.map(({ provider, kind, basePath, entry }) => [
    provider,
    { kind, url: `${upstream.url}${basePath}`, key: "env:A_KEY", ...entry },
  ]);
  const gateway = opening.use(
    await startTestGateway(upstream.url, {
      config: `providers: ${JSON.stringify(Object.fromEntries(providers))}`,
      env: { A_KEY: PROVIDER_KEY },
      dataDir,
    }),
  );
  await storeKey(gateway);
  const { secret } = await issueKey(gateway, { name: "golden" });
  const owned = opening.move();
  let scripted: readonly Responder[] = [];
  const script = (...responders: readonly Responder[]): void => {
    scripted = responders;
  };
  upstream.on(
    ({ method }) => method === "POST",
    (request) => {
      const [responder = NOT_SCRIPTED, ...rest] = scripted;
      scripted = rest;
      // Every answer is the first, and so has the same ids.
      return responder(request, 1);
    },
  );
  return {
    url: gateway.url,
    key: secret,
    script,
    get requests() {
      return upstream.requests;
    },
    async exchange({ client, model, isStream, ask, responder }) {
      const asked = JSON.stringify(client.body(ask, model, isStream));
      let told = "";
      script(async (request, serial) => {
        const said = await responder(request, serial);
        told = Buffer.concat(bodyWrites(said)).toString("utf8");
        return said;
      });
      const path = client.path(model, isStream);
      const before = upstream.requests.length;
      const answer = await call(gateway, { path, headers: client.fields(secret), body: asked });
      const sent = upstream.requests.slice(before).at(-1);
      if (sent === undefined) throw new Error(`nothing was sent: ${answer.body.toString()}`);
      return { asked, sent, told, answer };
    },
    [Symbol.asyncDispose]: async () => await owned.disposeAsync(),
  };
}

/** A text without what is another in every run, and without keys. */
export function steady(text: string): string {
  return text
    .replaceAll(PROVIDER_KEY, "(key)")
    .replaceAll(STORED_KEY, "(key)")
    .replaceAll(/(spx|resp|msg|rs|fc)_01[0-9a-z]{24}/g, "$1_1")
    .replaceAll(/"(created|created_at|completed_at)":\d+/g, '"$1":1');
}

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { onlyWithToken, startGoogleLogin } from "../upstream/google-login.ts";
import { text } from "../upstream/messages.ts";
import { offersTools } from "../upstream/model-api.ts";
import { prediction } from "../upstream/vertex.ts";

/** A Vertex on loopback that takes the tokens of one service account, and how a gateway gets at it. */
export interface Vertex extends AsyncDisposable {
  readonly upstream: AnthropicUpstream;
  /** Of the gateway, which names the account's key. */
  readonly config: string;
  /** Answers the turns of an agent. */
  queue(...answers: readonly Responder[]): void;
}

export async function startVertex(): Promise<Vertex> {
  await using scope = new AsyncDisposableStack();
  const login = scope.use(await startGoogleLogin());
  const upstream = scope.use(await startAnthropicUpstream());
  const folder = await mkdtemp(join(tmpdir(), "spillway-vertex-"));
  scope.defer(async () => await rm(folder, { recursive: true, force: true }));
  const file = join(folder, "sa.json");
  await writeFile(file, login.keyFile());
  upstream.on(() => true, onlyWithToken(prediction({ content: [text("Fine.")] }), login));
  const held = scope.move();
  return {
    upstream,
    config: `providers:\n  vertex:\n    url: ${upstream.url}\n    gcp: { project: my-project, location: eu, credentials: ${file} }\n`,
    queue: (...answers) =>
      upstream.queue(offersTools, ...answers.map((answer) => onlyWithToken(answer, login))),
    async [Symbol.asyncDispose]() {
      await held.disposeAsync();
    },
  };
}

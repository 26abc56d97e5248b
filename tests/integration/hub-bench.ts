import {
  call,
  explain,
  finishedEvent,
  type HttpAnswer,
  idOf,
  startTestGateway,
} from "../fault/rig.ts";
import type { Gateway } from "../upstream/gateway.ts";
import {
  type ScriptedAnswer,
  type ScriptedRequest,
  startScriptedUpstream,
} from "./scripted-upstream.ts";

export const KEY = "a-key-of-the-configuration";
export const ANTHROPIC = {
  "anthropic-version": "2023-06-01",
  "x-api-key": "sk-ant-api03-of-a-caller",
};
export const OPENAI = { authorization: "Bearer sk-of-a-caller" };
export const GOOGLE = { authorization: "Bearer ya29.of-a-caller" };

export interface Bench extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly port: number;
  readonly requests: readonly ScriptedRequest[];
  readonly ask: (
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
  ) => Promise<HttpAnswer>;
  readonly explain: (answer: HttpAnswer) => Promise<Readonly<Record<string, unknown>>>;
}

/** A gateway all of whose providers, Anthropic too, are one scripted server, each under a path of its own. */
export async function openBench(
  script: (request: ScriptedRequest) => ScriptedAnswer,
  /** More of the configuration, as YAML. */
  config = "",
): Promise<Bench> {
  await using opening = new AsyncDisposableStack();
  const upstream = opening.use(await startScriptedUpstream(script));
  const ids = ["openai", "groq", "gemini", "deepseek", "openrouter"];
  const entries = ids.map((id) => `  ${id}:\n    url: ${upstream.url}/${id}\n    key: env:A_KEY\n`);
  const gateway = opening.use(
    await startTestGateway(`${upstream.url}/anthropic`, {
      config: `providers:\n${entries.join("")}${config}`,
      env: { A_KEY: KEY },
    }),
  );
  const scope = opening.move();
  return {
    gateway,
    port: gateway.port,
    requests: upstream.requests,
    ask: async (path, body, headers) =>
      await call(gateway, {
        path,
        headers,
        body: Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
    explain: async (answer) => {
      await finishedEvent(gateway, idOf(answer));
      return await explain(gateway, idOf(answer));
    },
    async [Symbol.asyncDispose]() {
      await scope.disposeAsync();
    },
  };
}

export function jsonOf(answer: { readonly body: Buffer }): unknown {
  return JSON.parse(answer.body.toString());
}

import assert from "node:assert/strict";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { MODEL_USAGE, type ModelApi, offersTools } from "../upstream/model-api.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { type ActivityRecord, type Lab, openLab } from "./lab.ts";
import { type IssuedKey, issueKey, STORED_KEY, storeKey } from "./stored-key.ts";

/** A provider of one dialect. */
export interface ProviderSetting {
  readonly api: ModelApi;
  /** How the gateway calls it where clients name its models alone; else they put `afar/` before them. */
  readonly id?: string;
  /** Whose ways it has. */
  readonly kind: string;
  /** What its server has before the dialect's own paths. */
  readonly basePath: string;
  readonly model: string;
  /** The path and query of a turn. */
  readonly target: RegExp;
}

/** client -> the gateway -> a scripted server of any dialect, paid with a key of the organisation's. */
export interface HubLab extends AsyncDisposable {
  readonly lab: Lab;
  readonly url: string;
  /** A server of any dialect: what it answers makes it one. */
  readonly provider: AnthropicUpstream;
  /** What clients call the provider's model. */
  readonly model: string;
  /** What the client proves itself with, and what pays instead. */
  readonly issued: IssuedKey;
  readonly providerKey: string;
  /** The turns of agents that reached the provider, in order. */
  turns(): readonly RecordedRequest[];
  /** The finished records of messages to the provider, once there are as many. */
  records(count: number): Promise<readonly ActivityRecord[]>;
}

const AFAR = "afar";
const AFAR_KEY = "provider-key-of-the-configuration";

/** What clients call the provider's model. */
export function nameOf({ id = AFAR, model }: ProviderSetting): string {
  return id === AFAR ? `${AFAR}/${model}` : model;
}

/** `more` are further sections of the configuration. */
export async function openHubLab(setting: ProviderSetting, more: object = {}): Promise<HubLab> {
  await using opened = new AsyncDisposableStack();
  const afar = opened.use(await startAnthropicUpstream());
  const { id = AFAR } = setting;
  const isAnthropic = id === "anthropic";
  const entry = { kind: setting.kind, url: `${afar.url}${setting.basePath}`, key: "env:AFAR_KEY" };
  const config = isAnthropic ? {} : { providers: { [id]: entry } };
  const gateway = {
    // JSON is YAML too. A slow test machine is not to shed load.
    config: JSON.stringify({ ...config, ...more, limits: { loopDelay: "30s" } }),
    env: { AFAR_KEY },
  };
  const lab = opened.use(await openLab({ gateway }));
  if (isAnthropic) await storeKey(lab.gateway);
  const issued = await issueKey(lab.gateway, { name: "laptop" });
  const provider = isAnthropic ? lab.upstream : afar;
  provider.reset();
  // Side requests, such as for the session's title.
  provider.on(({ method }) => method === "POST", setting.api.answer({ text: '{"title":"Title"}' }));
  const owned = opened.move();
  return {
    lab,
    url: lab.url,
    provider,
    model: nameOf(setting),
    issued,
    providerKey: isAnthropic ? STORED_KEY : AFAR_KEY,
    turns: () =>
      provider.requests.filter((seen) => setting.target.test(seen.target) && offersTools(seen)),
    async records(count) {
      const isWanted = ({ provider: by, operation, finish }: ActivityRecord): boolean =>
        by === id && operation === "messages" && finish !== undefined;
      const all = await lab.records((records) => records.filter(isWanted).length >= count);
      return all.filter(isWanted);
    },
    [Symbol.asyncDispose]: async () => await owned.disposeAsync(),
  };
}

/** Each request was paid with the organisation's key, and none of the client's own credentials is anywhere in it. */
export function assertPaidByProviderKey(
  { provider, issued, providerKey }: HubLab,
  credentials: readonly string[] = [],
): void {
  const sent = provider.requests.filter(({ method }) => method === "POST");
  assert.ok(sent.length > 0);
  for (const { target, rawHeaders, body } of sent) {
    assert.ok(rawHeaders.some((value) => value.endsWith(providerKey)));
    const everything = `${target} ${rawHeaders.join("\n")} ${body.toString("latin1")}`;
    for (const credential of [issued.secret, ...credentials]) {
      assert.ok(!everything.includes(credential), `${credential} was sent: ${target}`);
    }
  }
}

/** All that the provider got of turns are the client's own bytes, but for the model's name where that is within. */
export function assertOnlyModelSpliced(hub: HubLab, served: string): void {
  const sent = hub.lab.clientSide.exchanges().map(({ request }) => request.body.toString("utf8"));
  const expected = sent.map((body) =>
    body.replace(`"model":${JSON.stringify(hub.model)}`, `"model":${JSON.stringify(served)}`),
  );
  for (const turn of hub.turns()) {
    assert.ok(expected.includes(turn.body.toString("utf8")), "more than the model was changed");
  }
}

/** The provider's own figures, its key, and a whole answer, in the record of each exchange. */
export async function assertRecorded(hub: HubLab, count: number, served: string): Promise<void> {
  const records = await hub.records(count);
  for (const { status, finish, mode, book, model, tokens } of records) {
    const { input, cacheRead, output } = tokens;
    assert.deepEqual(
      { status, finish, mode, book, model, input, cacheRead, output },
      {
        status: 200,
        finish: "complete",
        mode: "byok",
        book: "api",
        model: served,
        input: MODEL_USAGE.inputTotal - MODEL_USAGE.cacheRead,
        cacheRead: MODEL_USAGE.cacheRead,
        output: MODEL_USAGE.output,
      },
    );
  }
}

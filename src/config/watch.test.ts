import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { testInputs } from "./inputs.fixture.ts";
import { readConfigFile } from "./inputs.ts";
import { loadConfig } from "./load.ts";
import { type ConfigProblem, formatProblem } from "./problem.ts";
import type { Config } from "./schema.ts";
import { type ConfigWatch, watchConfig } from "./watch.ts";

/** Events in order, which a test can wait for. */
class Journal {
  readonly #lines: string[] = [];
  #wake: () => void = () => {};

  add(line: string): void {
    this.#lines.push(line);
    this.#wake();
  }

  /** The next event that was not taken yet. */
  async next(): Promise<string> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  /** Takes events until one is `wanted`. */
  async until(wanted: string): Promise<void> {
    while ((await this.next()) !== wanted);
  }

  get waiting(): number {
    return this.#lines.length;
  }
}

let directory = "";
let journal = new Journal();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "spillway-config-"));
  journal = new Journal();
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

const at = (name: string) => join(directory, name);
const drain = (seconds: number) => `timeouts: { drain: ${seconds}s }\n`;

async function open(
  more: { readonly onChange?: (config: Config) => void | Promise<void> } = {},
): Promise<ConfigWatch> {
  const env = { SPILLWAY_DATA_DIR: directory };
  const inputs = testInputs({}, { env, readFile: readConfigFile });
  const loaded = await loadConfig(inputs);
  assert.ok(loaded.ok);
  return watchConfig({
    loaded: loaded.value,
    reload: () => loadConfig(inputs),
    onChange: async ({ config }, changed) => {
      await more.onChange?.(config);
      journal.add(`drain ${config.timeouts.drain / 1000}s (${changed.join()})`);
    },
    onProblem: (problems: readonly ConfigProblem[]) => {
      journal.add(problems.map(formatProblem).join().replaceAll(directory, "."));
    },
    settleMs: 20,
  });
}

describe("watchConfig", { timeout: 20_000 }, () => {
  it("takes up a file that is written, replaced by rename, and written again", async () => {
    await writeFile(at("spillway.yaml"), drain(1));
    await using watch = await open();
    await writeFile(at("spillway.yaml"), drain(2));
    await journal.until("drain 2s (timeouts.drain)");
    await writeFile(at("draft"), drain(3));
    await rename(at("draft"), at("spillway.yaml"));
    await journal.until("drain 3s (timeouts.drain)");
    await writeFile(at("spillway.yaml"), drain(4));
    await journal.until("drain 4s (timeouts.drain)");
    assert.equal(watch.current.config.timeouts.drain, 4_000);
  });

  it("takes up a file that appears where there was none", async () => {
    await using watch = await open();
    assert.equal(watch.current.file, undefined);
    await writeFile(at("spillway.yaml"), drain(5));
    await journal.until("drain 5s (timeouts.drain)");
    assert.equal(watch.current.file, at("spillway.yaml"));
  });

  it("ends with the newest of changes in quick succession", async () => {
    await writeFile(at("spillway.yaml"), drain(1));
    await using watch = await open();

    for (let round = 1; round <= 40; round += 1) {
      await writeFile(at("spillway.yaml"), drain(round));
    }
    await watch.trigger();
    assert.equal(watch.current.config.timeouts.drain, 40_000);
  });

  it("follows a link that is swapped, as Kubernetes does it", async () => {
    for (const [name, value] of [
      ["v1", 1],
      ["v2", 2],
    ] as const) {
      await mkdir(at(name));
      await writeFile(at(join(name, "spillway.yaml")), drain(value));
    }
    await symlink("v1", at("..data"));
    await symlink("..data/spillway.yaml", at("spillway.yaml"));
    await using watch = await open();
    await symlink("v2", at("..data_tmp"));
    await rename(at("..data_tmp"), at("..data"));
    await journal.until("drain 2s (timeouts.drain)");
    await writeFile(at("v2/spillway.yaml"), drain(3));
    await journal.until("drain 3s (timeouts.drain)");
    assert.equal(watch.current.config.timeouts.drain, 3_000);
  });

  it("keeps the last good configuration when the file is bad, says so, and recovers", async () => {
    await writeFile(at("spillway.yaml"), drain(2));
    await using watch = await open();
    await writeFile(at("bad"), "timeouts: { drain: 1s, dran: 2s }\n");
    await rename(at("bad"), at("spillway.yaml"));
    assert.equal(
      await journal.next(),
      './spillway.yaml:1:24: timeouts.dran: unknown key; did you mean "drain"?',
    );
    assert.equal(watch.current.config.timeouts.drain, 2_000);
    await writeFile(at("good"), drain(3));
    await rename(at("good"), at("spillway.yaml"));
    assert.equal(await journal.next(), "drain 3s (timeouts.drain)");
  });

  it("keeps the last good configuration when the file is removed, and takes it up when it is back", async () => {
    await writeFile(at("spillway.yaml"), drain(2));
    await using watch = await open();
    await unlink(at("spillway.yaml"));
    assert.match(await journal.next(), /^\.\/spillway\.yaml: is gone/);
    assert.equal(watch.current.config.timeouts.drain, 2_000);
    await writeFile(at("new"), drain(3));
    await rename(at("new"), at("spillway.yaml"));
    assert.equal(await journal.next(), "drain 3s (timeouts.drain)");
  });

  it("keeps fields that are pinned at start, and says that they wait for a restart", async () => {
    await writeFile(at("spillway.yaml"), drain(1));
    await using watch = await open();
    const yaml = `${drain(3)}listener: { port: 1, hosts: [box] }\nanthropic: { url: "https://x.example" }\n`;
    await writeFile(at("new"), yaml);
    await rename(at("new"), at("spillway.yaml"));
    assert.equal(
      await journal.next(),
      "./spillway.yaml:2: listener.port: changed, but takes effect at the next start only," +
        "./spillway.yaml:3: anthropic.url: changed, but takes effect at the next start only",
    );
    assert.equal(await journal.next(), "drain 3s (listener.hosts,timeouts.drain)");
    const { listener, anthropic } = watch.current.config;
    assert.deepEqual(listener, { port: 4080, bind: "127.0.0.1", hosts: ["box"] });
    assert.equal(anthropic.url, "https://api.anthropic.com");
    assert.equal(watch.current.sources.get("listener.port"), "default");
    assert.ok(Object.isFrozen(listener));
  });

  it("keeps the last good configuration when what follows from a new one cannot be built", async () => {
    await writeFile(at("spillway.yaml"), drain(1));
    await using watch = await open({
      onChange: ({ timeouts }) => {
        if (timeouts.drain === 3_000) throw new Error("no room");
      },
    });
    await writeFile(at("spillway.yaml"), drain(3));
    await journal.until("could not be put into force: no room");
    assert.equal(watch.current.config.timeouts.drain, 1_000);
  });

  it("is quiet when files beside it change or the file says the same as before", async () => {
    await writeFile(at("spillway.yaml"), drain(1));
    await using watch = await open();
    await writeFile(at("other"), "x");
    await writeFile(at("spillway.yaml"), `# a remark\n${drain(1)}`);
    await watch.trigger();
    assert.equal(journal.waiting, 0);
  });

  it("reloads when told to, one reload at a time", async () => {
    await writeFile(at("spillway.yaml"), drain(1));
    let running = 0;
    let most = 0;
    await using watch = await open({
      onChange: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise(setImmediate);
        running -= 1;
      },
    });
    const triggers: Promise<void>[] = [];
    for (const value of [2, 3, 4]) {
      await writeFile(at("spillway.yaml"), drain(value));
      triggers.push(watch.trigger());
    }
    await Promise.all(triggers);
    assert.equal(watch.current.config.timeouts.drain, 4_000);
    assert.equal(most, 1);
  });

  it("says nothing after it was disposed of", async () => {
    await writeFile(at("spillway.yaml"), drain(1));
    const watch = await open();
    await writeFile(at("spillway.yaml"), drain(2));
    await watch[Symbol.asyncDispose]();
    await watch.trigger();
    assert.equal(journal.waiting, 0);
    assert.equal(watch.current.config.timeouts.drain, 1_000);
  });
});

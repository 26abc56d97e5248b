import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { whatToInstall } from "./dependencies.mjs";
import { isAbandoned, withLock } from "./lock.mjs";
import { npmCommand, npmEnvironment } from "./npm.mjs";
import { RemedyError } from "./remedy-error.mjs";
import { isEnough, readRuntimeTable, runtimePath } from "./runtime.mjs";
import { withStaging } from "./staging.mjs";
import { makeForwarder } from "./supervise.mjs";
import { extractFile, hasIntegrity } from "./tarball.mjs";

const ROOT = join(import.meta.dirname, "..", "..");
/** Larger than any process id that a system gives. */
const DEAD_PID = 2 ** 30;

const folder = mkdtempSync(join(tmpdir(), "spillway-bootstrap-"));
after(() => rmSync(folder, { recursive: true, force: true }));

describe("isEnough", () => {
  it("compares versions by their numbers, not as text", () => {
    assert.equal(isEnough("24.18.1", "24.18.1"), true);
    assert.equal(isEnough("24.9.0", "24.18.1"), false);
    assert.equal(isEnough("24.18.0", "24.18.1"), false);
    assert.equal(isEnough("26.0.0", "24.18.1"), true);
    assert.equal(isEnough("20.20.2", "24.18.1"), false);
  });
});

describe("the table of runtimes", () => {
  const table = readRuntimeTable(ROOT);

  it("names an exact version above the minimum, and a sha512 digest, for every platform", () => {
    for (const [platform, runtime] of Object.entries(table.platforms)) {
      assert.match(runtime.version, /^\d+\.\d+\.\d+$/, platform);
      assert.ok(isEnough(runtime.version, table.minimum), platform);
      assert.equal(Buffer.from(runtime.integrity.replace("sha512-", ""), "base64").length, 64);
    }
  });

  it("tells the user of another platform what to install", () => {
    assert.throws(
      () => runtimePath(table, "sunos-x64"),
      (error) => error instanceof RemedyError && error.message.includes(table.minimum),
    );
  });
});

describe("whatToInstall", () => {
  const wanted = {
    "": { version: "0.1.0" },
    "node_modules/web": { version: "1.0.0", integrity: "sha512-a" },
    "node_modules/lint": { version: "2.0.0", integrity: "sha512-b", dev: true },
    "node_modules/lint-mac": { version: "2.0.0", dev: true, optional: true },
  };
  const { "node_modules/web": web, "node_modules/lint": lint } = wanted;
  const full = { "node_modules/web": web, "node_modules/lint": lint };

  it("installs the asked set on a fresh clone", () => {
    assert.equal(whatToInstall(wanted, undefined, "production"), "production");
    assert.equal(whatToInstall(wanted, undefined, "all"), "all");
  });

  it("does nothing when the set is there, whatever other platforms would need", () => {
    assert.equal(whatToInstall(wanted, { "node_modules/web": web }, "production"), "nothing");
    assert.equal(whatToInstall(wanted, full, "all"), "nothing");
    assert.equal(whatToInstall(wanted, full, "production"), "nothing");
  });

  it("adds the tools to an installation without them", () => {
    assert.equal(whatToInstall(wanted, { "node_modules/web": web }, "all"), "all");
  });

  it("keeps the tools when a start finds an outdated full installation", () => {
    const outdated = { ...full, "node_modules/web": { ...web, version: "0.9.0" } };
    assert.equal(whatToInstall(wanted, outdated, "production"), "all");
  });

  it("notices the same version with another digest", () => {
    const other = { "node_modules/web": { ...web, integrity: "sha512-c" } };
    assert.equal(whatToInstall(wanted, other, "production"), "production");
  });
});

describe("npmCommand", () => {
  const linux = { execPath: "/opt/node/bin/node", platform: "linux" };

  it("uses the npm that started us", () => {
    const env = { npm_execpath: "/opt/npm/bin/npm-cli.js" };
    assert.deepEqual(
      npmCommand({ ...linux, env }, () => true),
      {
        file: "/opt/node/bin/node",
        args: ["/opt/npm/bin/npm-cli.js"],
        shell: false,
      },
    );
  });

  it("ignores another package manager that started us", () => {
    const env = { npm_execpath: "/opt/yarn/bin/yarn.js" };
    const { args } = npmCommand({ ...linux, env }, () => true);
    assert.ok(args[0]?.endsWith("npm-cli.js"));
  });

  it("falls back to the path, through a shell where npm is a .cmd file", () => {
    const windows = { execPath: "C:\\node.exe", platform: "win32", env: {} };
    assert.deepEqual(
      npmCommand(windows, () => false),
      { file: "npm", args: [], shell: true },
    );
    assert.equal(npmCommand({ ...linux, env: {} }, () => false).shell, false);
  });
});

describe("npmEnvironment", () => {
  it("keeps the user's npm settings and drops those of the running script", () => {
    const kept = { PATH: "/bin", npm_config_registry: "http://127.0.0.1:9/" };
    const dropped = {
      npm_package_name: "x",
      npm_config_local_prefix: "/x",
      NODE_ENV: "production",
    };
    assert.deepEqual(npmEnvironment({ ...kept, ...dropped }), kept);
  });
});

describe("extractFile", () => {
  const archive = gzipSync(
    Buffer.concat([
      tarEntry("package/README.md", "r".repeat(700)),
      tarEntry("package/empty", ""),
      tarEntry("package/bin/node", "the program"),
      Buffer.alloc(1024),
    ]),
  );

  it("finds a file behind others of any size", () => {
    assert.equal(extractFile(archive, "package/bin/node")?.toString(), "the program");
    assert.equal(extractFile(archive, "package/empty")?.length, 0);
  });

  it("finds nothing under another name", () => {
    assert.equal(extractFile(archive, "package/bin/nod"), undefined);
  });
});

describe("hasIntegrity", () => {
  it("accepts only the digest of these very bytes", () => {
    const digest =
      "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";
    assert.equal(hasIntegrity(Buffer.from("abc"), digest), true);
    assert.equal(hasIntegrity(Buffer.from("abd"), digest), false);
  });
});

describe("withLock", () => {
  it("lets one at a time in and leaves nothing behind", async () => {
    const path = join(folder, "one");
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all([withLock(path, work), withLock(path, work), withLock(path, work)]);
    assert.equal(most, 1);
    assert.ok(!readdirSync(folder).includes("one"));
  });

  it("takes over from a holder that died", async () => {
    const path = join(folder, "two");
    writeFileSync(path, `${hostname()} ${DEAD_PID}`);
    assert.equal(await withLock(path, async () => "done"), "done");
  });

  it("is released when the work fails", async () => {
    const path = join(folder, "three");
    await assert.rejects(
      withLock(path, async () => Promise.reject(new Error("no"))),
      /no/,
    );
    assert.equal(await withLock(path, async () => "done"), "done");
  });
});

describe("isAbandoned", () => {
  const path = join(folder, "held");

  it("trusts a living holder that touches the file", () => {
    writeFileSync(path, `${hostname()} ${process.pid}`);
    assert.equal(isAbandoned(path), false);
  });

  it("does not judge another machine's process id", () => {
    writeFileSync(path, `elsewhere ${DEAD_PID}`);
    assert.equal(isAbandoned(path), false);
  });

  it("does not trust a holder that fell silent, whoever has its process id now", () => {
    writeFileSync(path, `${hostname()} ${process.pid}`);
    utimesSync(path, 1_000, 1_000);
    assert.equal(isAbandoned(path, 1_010_000), false);
    assert.equal(isAbandoned(path, 1_040_000), true);
  });

  it("does not take a file that is just being written for abandoned", () => {
    writeFileSync(path, "");
    assert.equal(isAbandoned(path), false);
  });
});

describe("withStaging", () => {
  it("removes its folder, and what a killed process left, but nothing of a living one", async () => {
    const cache = join(folder, "cache");
    const living = `staging-${process.ppid}-node`;
    for (const name of [`staging-${DEAD_PID}-node`, living, "node-v1.0.0"]) {
      mkdirSync(join(cache, name), { recursive: true });
    }
    await withStaging(cache, "modules", async (staging) =>
      writeFileSync(join(staging, "half"), ""),
    );
    assert.deepEqual(readdirSync(cache).toSorted(), ["node-v1.0.0", living].toSorted());
  });
});

describe("makeForwarder", () => {
  it("sends one key press once, and a later one again", () => {
    /** @type {string[]} */
    const sent = [];
    let nowMs = 0;
    const forward = makeForwarder(
      (signal) => sent.push(signal),
      () => true,
      () => nowMs,
    );
    forward("SIGINT");
    nowMs = 20;
    forward("SIGINT");
    forward("SIGTERM");
    nowMs = 900;
    forward("SIGINT");
    assert.deepEqual(sent, ["SIGINT", "SIGTERM", "SIGINT"]);
  });

  it("leaves alone what the terminal has delivered itself", () => {
    /** @type {string[]} */
    const sent = [];
    const forward = makeForwarder(
      (signal) => sent.push(signal),
      (signal) => signal !== "SIGINT",
    );
    forward("SIGINT");
    forward("SIGTERM");
    assert.deepEqual(sent, ["SIGTERM"]);
  });
});

/**
 * A file in the format of tar.
 *
 * @param {string} name
 * @param {string} text
 */
function tarEntry(name, text) {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(`${text.length.toString(8).padStart(11, "0")}\0`, 124);
  const body = Buffer.alloc(Math.ceil(text.length / 512) * 512);
  body.write(text);
  return Buffer.concat([header, body]);
}

import assert from "node:assert/strict";
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { StatusFile } from "./status-file.ts";

let directory = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "spillway-quota-"));
});

afterEach(async () => {
  mock.timers.reset();
  await rm(directory, { recursive: true });
});

const at = (...names: string[]) => join(directory, ...names);

function unexpected(error: unknown): never {
  throw error;
}

/** Lets the file system finish what is under way while timers are mocked. */
async function until(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await new Promise(setImmediate);
}

describe("StatusFile", () => {
  /** @see requirements S1-011, S1-021 */
  it("makes the directory and one line that others may read but not write", async () => {
    const file = new StatusFile(at(".claude", "usage-status.md"), unexpected);
    file.write("5h=9%");
    await file.flush();
    assert.equal(await readFile(at(".claude", "usage-status.md"), "utf8"), "5h=9%\n");
    assert.deepEqual(await readdir(at(".claude")), ["usage-status.md"]);
    const { mode } = await stat(at(".claude", "usage-status.md"));
    assert.equal(mode & 0o777 & ~0o644, 0);
  });

  /** @see requirements S1-019 */
  it("never shows an empty or partial line to a reader while 200 answers are written", async () => {
    const path = at("usage-status.md");
    const file = new StatusFile(path, unexpected);
    file.write("5h=0% 7d=0%");
    await file.flush();
    const seen = new Set<string>();
    let isDone = false;
    const reader = (async () => {
      while (!isDone) seen.add(await readFile(path, "utf8"));
    })();
    const writers = Array.from({ length: 200 }, async (_, index) => {
      file.write(`5h=${index}% 7d=${index}%`);
      // A flush after each tenth makes many real replacements instead of one.
      if (index % 10 === 0) await file.flush();
    });
    await Promise.all(writers);
    await file.flush();
    isDone = true;
    await reader;
    for (const text of seen) assert.match(text, /^5h=([0-9]+)% 7d=\1%\n$/);
    assert.equal(await readFile(path, "utf8"), "5h=199% 7d=199%\n");
    assert.deepEqual(await readdir(directory), ["usage-status.md"]);
  });

  it("writes the first line at once, and of those within 250 ms after it the newest", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const path = at("usage-status.md");
    const read = () => readFile(path, "utf8").catch(() => "");
    const file = new StatusFile(path, unexpected);
    file.write("1");
    await until(async () => (await read()) === "1\n");
    await file.flush();

    file.write("2");
    await until(async () => (await read()) === "2\n");
    // The write is over once its temporary file is gone; the pause begins in the same turn.
    await until(async () => (await readdir(directory)).length === 1);
    await new Promise(setImmediate);
    file.write("3");
    file.write("4");
    mock.timers.tick(249);
    await new Promise(setImmediate);
    assert.equal(await read(), "2\n");
    mock.timers.tick(1);
    await until(async () => (await read()) === "4\n");
  });

  it("makes a line that is given as a function only when it is written", async () => {
    const made: number[] = [];
    const file = new StatusFile(at("s"), unexpected);
    for (let index = 0; index < 100; index += 1) {
      file.write(() => {
        made.push(index);
        return `line ${index}`;
      });
    }
    await file.flush();
    assert.deepEqual(made, [0, 99]);
    file.write(() => undefined);
    await file.flush();
    assert.equal(await readFile(at("s"), "utf8"), "line 99\n");
  });

  it("replaces what a link points to and leaves the link in place", async () => {
    await mkdir(at("real"));
    await writeFile(at("real", "status.md"), "old\n");
    await symlink("real/status.md", at("link.md"));
    await symlink("real/to-be.md", at("dangling.md"));
    for (const [link, target] of [
      ["link.md", "status.md"],
      ["dangling.md", "to-be.md"],
    ] as const) {
      const file = new StatusFile(at(link), unexpected);
      file.write("new");
      await file.flush();
      assert.equal(await readFile(at("real", target), "utf8"), "new\n");
      assert.ok((await lstat(at(link))).isSymbolicLink());
      assert.equal(await readlink(at(link)), `real/${target}`);
    }
    assert.deepEqual((await readdir(at("real"))).toSorted(), ["status.md", "to-be.md"]);
  });

  it("reports a failure once, goes on, and reports again only after a line was written in between", async () => {
    await writeFile(at("blocked"), "a file where a directory is needed");
    const errors: unknown[] = [];
    const file = new StatusFile(at("blocked", "status.md"), (error) => errors.push(error));
    for (const line of ["1", "2"]) {
      file.write(line);
      await file.flush();
    }
    assert.equal(errors.length, 1);
    await rm(at("blocked"));
    file.write("3");
    await file.flush();
    assert.equal(await readFile(at("blocked", "status.md"), "utf8"), "3\n");
    await rm(at("blocked"), { recursive: true });
    await writeFile(at("blocked"), "again");
    file.write("4");
    await file.flush();
    assert.equal(errors.length, 2);
  });

  it("leaves no temporary file behind when the file cannot be replaced", async () => {
    await mkdir(at("status.md"));
    await writeFile(at("status.md", "x"), "");
    const errors: unknown[] = [];
    const file = new StatusFile(at("status.md"), (error) => errors.push(error));
    file.write("1");
    await file.flush();
    assert.equal(errors.length, 1);
    assert.deepEqual(await readdir(directory), ["status.md"]);
  });

  /** @see requirements S1-100 */
  it("replaces a link where the file must be an account's own", async () => {
    await writeFile(at("other.md"), "5h=1%\n");
    await symlink(at("other.md"), at("own.md"));
    const file = new StatusFile(at("own.md"), unexpected, { followsLinks: false });
    file.write("5h=2%");
    await file.flush();
    assert.equal((await lstat(at("own.md"))).isSymbolicLink(), false);
    assert.equal(await readFile(at("own.md"), "utf8"), "5h=2%\n");
    assert.equal(await readFile(at("other.md"), "utf8"), "5h=1%\n");
  });
});

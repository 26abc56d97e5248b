import assert from "node:assert/strict";
import { mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { readConfigFile, readFailure, realPath } from "./inputs.ts";
import { defaultDataDir, resolvePath } from "./places.ts";

function at(text: string): string {
  return resolvePath(text, { platform: "linux", homeDir: "/home/me", base: "/srv" });
}

describe("defaultDataDir", () => {
  it("is where each platform keeps a program's data", () => {
    assert.equal(defaultDataDir("linux", {}, "/home/me"), "/home/me/.local/share/spillway");
    assert.equal(
      defaultDataDir("darwin", { XDG_DATA_HOME: "/x" }, "/Users/me"),
      "/Users/me/Library/Application Support/Spillway",
    );
    assert.equal(
      defaultDataDir("win32", { LOCALAPPDATA: "D:\\Local" }, "C:\\Users\\me"),
      "D:\\Local\\Spillway",
    );
    assert.equal(
      defaultDataDir("win32", {}, "C:\\Users\\me"),
      "C:\\Users\\me\\AppData\\Local\\Spillway",
    );
  });

  it("obeys XDG_DATA_HOME where it is absolute", () => {
    assert.equal(defaultDataDir("linux", { XDG_DATA_HOME: "/x" }, "/home/me"), "/x/spillway");
    assert.equal(
      defaultDataDir("linux", { XDG_DATA_HOME: "x" }, "/home/me"),
      "/home/me/.local/share/spillway",
    );
  });
});

describe("resolvePath", () => {
  it("expands ~ and %h at the start only", () => {
    assert.equal(at("~/.claude/usage.md"), "/home/me/.claude/usage.md");
    assert.equal(at("%h/.claude2/usage.md"), "/home/me/.claude2/usage.md");
    assert.equal(at("~"), "/home/me");
    assert.equal(at("~other/x"), "/srv/~other/x");
    assert.equal(at("a/~/x"), "/srv/a/~/x");
    assert.equal(at("/abs"), "/abs");
  });

  it("expands the home directory with Windows' own separators", () => {
    const options = { platform: "win32", homeDir: "C:\\Users\\me", base: "C:\\" } as const;
    assert.equal(resolvePath("~\\.claude\\x.md", options), "C:\\Users\\me\\.claude\\x.md");
    assert.equal(resolvePath("~/.claude/x.md", options), "C:\\Users\\me\\.claude\\x.md");
  });
});

describe("readConfigFile", () => {
  it("reads text with its permissions, tells a missing file from an unreadable one, and bounds the size", async () => {
    const directory = await mkdtemp(join(tmpdir(), "spillway-config-"));
    try {
      const path = join(directory, "s.yaml");
      assert.equal(await readConfigFile(path), undefined);
      assert.equal(await readConfigFile(join(directory, "s.yaml", "x")), undefined);
      await writeFile(path, "log: {}\n", { mode: 0o600 });
      const read = await readConfigFile(path);
      assert.equal(read?.text, "log: {}\n");
      if (process.platform !== "win32") assert.equal(read?.mode, 0o600);
      await assert.rejects(readConfigFile(directory), /not a regular file/);
      await writeFile(path, "#".repeat(2 ** 20 + 1));
      await assert.rejects(readConfigFile(path), /larger than 1 MB/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it("names system errors by their code alone", () => {
    const error = Object.assign(new Error("EIO: i/o error, read 'x'"), { code: "EIO" });
    assert.equal(readFailure(error), "EIO");
    assert.equal(readFailure("odd"), "unknown error");
  });
});

describe("realPath", () => {
  it("follows links, and knows no path of what is not there", async () => {
    const directory = await mkdtemp(join(tmpdir(), "spillway-config-"));
    try {
      const [link, path] = [join(directory, "link"), join(directory, "s.yaml")];
      await symlink(path, link);
      assert.equal(await realPath(link), undefined);
      await writeFile(path, "");
      assert.equal(await realPath(link), await realpath(path));
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

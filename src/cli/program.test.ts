import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runOn } from "./testing.ts";

const MACHINE = { homeDir: "/nowhere/home" };

describe("runCli", () => {
  it("gives every command help with an example, in 80 columns", async () => {
    const commands = [
      ["serve"],
      ["connect"],
      ["connect", "claude-code"],
      ["status"],
      ["usage"],
      ["tail"],
      ["why"],
      ["service"],
      ...["install", "uninstall", "status"].map((name) => ["service", name]),
      ["keys"],
      ...["create", "list", "show", "update", "rotate", "revoke"].map((name) => ["keys", name]),
      ["byok"],
      ...["set", "list", "test", "remove", "rotate-master-key"].map((name) => ["byok", name]),
    ];
    for (const argv of commands) {
      const { code, out } = await runOn(MACHINE, ...argv, "--help");
      assert.equal(code, 0);
      assert.match(out, new RegExp(`^Example: spillway ${argv.join(" ")}`, "m"));
      assert.ok(
        out.split("\n").every((line) => line.length <= 80),
        out,
      );
      if (!["connect", "service", "keys", "byok"].includes(argv.join()))
        assert.match(out, /--json/);
    }
  });

  it("says with 2 that it was used wrongly, and how to find out", async () => {
    const wrong = [
      ["frobnicate"],
      ["status", "--jsn"],
      ["why"],
      ["tail", "-n", "many"],
      ["usage", "--by", "weekday"],
      ["usage", "--since", "later"],
      ["connect", "claude-code", "--write", "--undo"],
      ["connect", "claude-code", "--scope", "team"],
      ["service", "install", "--env", "=x"],
    ];
    for (const argv of wrong) {
      const { code, out, err } = await runOn(MACHINE, ...argv);
      assert.equal(code, 2, argv.join(" "));
      assert.equal(out, "");
      assert.match(err, /^spillway: /);
    }
  });

  it("hands serve its flags and passes its exit code on", async () => {
    const seen: unknown[] = [];
    const { code } = await runOn(
      {
        ...MACHINE,
        serve: async (flags) => {
          seen.push(flags);
          return 7;
        },
      },
      "serve",
      "--port",
      "0",
      "--data-dir",
      "d",
      "--json",
    );
    assert.equal(code, 7);
    assert.deepEqual(seen, [{ port: "0", dataDir: "d", logFormat: "json" }]);
  });

  it("prints its version", async () => {
    const { code, out } = await runOn(MACHINE, "--version");
    assert.deepEqual([code, out], [0, "1.2.3\n"]);
  });
});

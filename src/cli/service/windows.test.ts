import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Host } from "../deps.ts";
import { managerOf } from "./manager-of.ts";
import { settingsIn } from "./settings.fixture.ts";

const HOST: Host = {
  node: "C:\\node.exe",
  main: "C:\\spillway\\src\\main.ts",
  uid: undefined,
  run: async () => ({ code: 0, out: "", err: "" }),
};
const FOLDER = String.raw`C:\Users\me\AppData\Local\Spillway Service`;

describe("the manager of a Windows machine", () => {
  const manager = managerOf({
    platform: "win32",
    env: { LOCALAPPDATA: String.raw`C:\Users\me\AppData\Local` },
    homeDir: String.raw`C:\Users\me`,
    host: HOST,
  });

  it("writes its scripts apart from the data, and runs those that it wrote (S1-133, S1-137)", () => {
    const paths = manager.files(settingsIn("C:\\spillway")).map(({ path }) => path);
    const [install, uninstall] = ["install-service.ps1", "uninstall-service.ps1"].map(
      (name) => `${FOLDER}\\${name}`,
    );
    assert.deepEqual(paths, [`${FOLDER}\\run-spillway.ps1`, install, uninstall]);
    assert.deepEqual([manager.definition, ...manager.alsoRemoved], paths);
    assert.deepEqual(
      [manager.start(true), manager.stop].map(([step]) => step?.argv.at(-1)),
      [install, uninstall],
    );
    assert.equal(manager.secretsFile, `${FOLDER}\\service.env`);
  });

  it("reads what the task does", () => {
    const read = (out: string) => {
      const { enabled, active, words } = manager.readState({ code: 0, out, err: "" });
      return [enabled, active, words];
    };
    assert.deepEqual(read("Running\r\n"), [true, true, "running"]);
    assert.deepEqual(read("Ready\r\n"), [true, false, "ready"]);
    assert.deepEqual(read("Disabled\r\n"), [false, false, "disabled"]);
    assert.deepEqual(read(""), [false, false, "no such task"]);
    const absent = manager.readState({ code: undefined, out: "", err: "ENOENT" });
    assert.match(absent.unreachable ?? "", /there is no powershell\.exe here/);
  });
});

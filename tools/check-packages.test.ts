import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkPackages } from "./check-packages.ts";
import { completeLock, type LockFile } from "./complete-lock.ts";

function complaints(packages: LockFile["packages"]): readonly string[] {
  return checkPackages(["package-lock.json"], () => JSON.stringify({ packages }));
}

describe("checkPackages", () => {
  it("accepts packages without scripts and hosts", () => {
    assert.deepEqual(complaints({ "node_modules/a": { version: "1.0.0" } }), []);
  });

  it("names a package that runs a script when it is installed", () => {
    assert.equal(complaints({ "node_modules/a": { hasInstallScript: true } }).length, 1);
  });

  it("names a package that is bound to one registry", () => {
    assert.equal(
      complaints({ "node_modules/a": { resolved: "https://host.test/a.tgz" } }).length,
      1,
    );
  });
});

describe("completeLock", () => {
  const lock: LockFile = {
    packages: {
      "node_modules/tool": {
        version: "1.0.0",
        dev: true,
        optionalDependencies: { "@tool/linux-x64-musl": "1.0.0", "@tool/win32-arm64": "1.0.0" },
      },
    },
  };

  it("makes a lock file that the check accepts", () => {
    assert.equal(complaints(lock.packages).length, 1);
    assert.deepEqual(complaints(completeLock(lock).packages), []);
  });

  it("reads the platform from the package's name", () => {
    const { packages } = completeLock(lock);
    assert.deepEqual(packages["node_modules/@tool/linux-x64-musl"], {
      version: "1.0.0",
      cpu: ["x64"],
      dev: true,
      libc: ["musl"],
      optional: true,
      os: ["linux"],
    });
    assert.deepEqual(packages["node_modules/@tool/win32-arm64"], {
      version: "1.0.0",
      cpu: ["arm64"],
      dev: true,
      optional: true,
      os: ["win32"],
    });
  });
});

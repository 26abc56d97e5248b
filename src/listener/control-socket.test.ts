import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { controlPath, listenOnControlSocket } from "./control-socket.ts";

describe("controlPath", () => {
  it("stays inside the data directory where the path is short enough", () => {
    const place = { dataDir: "/home/me/data", tempDir: "/tmp", platform: "linux" } as const;
    assert.equal(controlPath(place), "/home/me/data/control.sock");
  });

  it("moves into a folder of its own for long paths, one for each data directory", () => {
    const long = (name: string) =>
      controlPath({ dataDir: `/${"d".repeat(100)}/${name}`, tempDir: "/tmp", platform: "darwin" });
    assert.ok(Buffer.byteLength(long("a")) <= 100);
    assert.match(long("a"), /^\/tmp\/spillway-[0-9a-f]{16}\/control\.sock$/);
    assert.notEqual(long("a"), long("b"));
  });

  it("counts bytes, not characters", () => {
    const path = controlPath({ dataDir: `/${"ü".repeat(60)}`, tempDir: "/tmp", platform: "linux" });
    assert.match(path, /^\/tmp\//);
  });

  it("is a named pipe on Windows", () => {
    const path = controlPath({ dataDir: "C:\\Data", tempDir: "C:\\Temp", platform: "win32" });
    assert.match(path, /^\\\\\.\\pipe\\spillway-[0-9a-f]{16}$/);
  });
});

const isWindows = process.platform === "win32";

describe("listenOnControlSocket", { skip: isWindows }, () => {
  it("W-05: is for the owner alone, also in a folder that was open, and replaces what a dead process left", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "spillway-control-"));
    try {
      await chmod(dataDir, 0o755);
      await writeFile(join(dataDir, "control.sock"), "left behind");
      const place = { dataDir, tempDir: tmpdir(), platform: process.platform };
      const { server, path } = await listenOnControlSocket(place, {
        handle: (_request, response) => {
          response.end("here");
        },
      });
      try {
        assert.equal((await stat(path)).mode & 0o777, 0o600);
        assert.equal((await stat(dataDir)).mode & 0o777, 0o700);
        assert.equal(await get(path), "here");
      } finally {
        server.close();
      }
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });

  it("W-05: keeps the folder for long paths private", async () => {
    const base = await mkdtemp(join(tmpdir(), "spillway-control-"));
    try {
      const dataDir = join(base, "d".repeat(120));
      await mkdir(dataDir);
      const place = { dataDir, tempDir: base, platform: process.platform };
      const { server, path } = await listenOnControlSocket(place, {
        handle: (_request, response) => {
          response.end();
        },
      });
      assert.equal((await stat(join(path, ".."))).mode & 0o777, 0o700);
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      server.close();
    } finally {
      await rm(base, { recursive: true });
    }
  });
});

async function get(socketPath: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const call = request({ socketPath, path: "/", agent: false }, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    response.on("end", () => resolve(text));
  });
  call.on("error", reject);
  call.end();
  return await promise;
}

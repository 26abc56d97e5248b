import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { openRawClient } from "../upstream/raw-client.ts";
import { assertGatewayError, call, STREAM_BODY, startTestGateway } from "./rig.ts";

let upstream: AnthropicUpstream;
let gateway: Gateway;
const scope = new AsyncDisposableStack();

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(
    await startTestGateway(upstream.url, {
      config: "listener:\n  hosts: [host.docker.internal]",
    }),
  );
});

after(() => scope.disposeAsync());

beforeEach(() => upstream.reset());

const PATHS = [
  ["POST", "/v1/messages"],
  ["GET", "/v1/models"],
  ["GET", "/health"],
  ["GET", "/metrics"],
  ["GET", "/me/usage"],
  ["GET", "/me/activity/events"],
  ["GET", "/anthropic/v1/models"],
] as const;

describe("W-01: DNS rebinding", () => {
  for (const [method, path] of PATHS) {
    it(`W-01: ${method} ${path} with a foreign Host is a 403 that says what to do`, async () => {
      for (const host of ["evil.test", `evil.test:${gateway.port}`, "127.0.0.1.evil.test"]) {
        const answer = await call(gateway, { method, path, headers: { host } });
        assertGatewayError(answer, 403, "host_not_allowed");
        assert.match(answer.body.toString(), /listener\.hosts/);
      }
      assert.equal(upstream.requests.length, 0);
    });
  }

  it("W-01: an upgrade to a WebSocket is no way around it", async () => {
    const answer = await call(gateway, {
      method: "GET",
      path: "/v1/models",
      headers: { host: "evil.test", connection: "upgrade", upgrade: "websocket" },
    });
    assertGatewayError(answer, 403, "host_not_allowed");
  });

  it("W-01: loopback names, and those of listener.hosts, are served", async () => {
    for (const host of [
      "localhost",
      `LOCALHOST:${gateway.port}`,
      "[::1]",
      "host.docker.internal:1",
    ]) {
      assert.equal((await call(gateway, { body: STREAM_BODY, headers: { host } })).status, 200);
    }
  });

  it("W-01: only the loopback address listens", async () => {
    const { networkInterfaces } = await import("node:os");
    const outside = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .find(({ family, internal }) => family === "IPv4" && !internal);
    if (outside === undefined) return;
    await assert.rejects(openRawClient(gateway.port, outside.address), /ECONNREFUSED/);
  });
});

describe("W-02: cross-origin requests", () => {
  for (const [method, path] of PATHS) {
    for (const [name, headers] of [
      ["a form", { origin: "http://evil.test", "content-type": "text/plain" }],
      ["a page without origin", { origin: "null" }],
      ["another port", { origin: "http://localhost:3000", "sec-fetch-site": "same-site" }],
      ["an image", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
    ] as const) {
      it(`W-02: ${method} ${path} from ${name} is a 403`, async () => {
        const answer = await call(gateway, { method, path, headers });
        assertGatewayError(answer, 403, "origin_not_allowed");
        assert.equal(upstream.requests.length, 0);
      });
    }
  }

  it("W-02: agents need no key on loopback", async () => {
    assert.equal((await call(gateway, { body: STREAM_BODY })).status, 200);
  });
});

describe("W-03: CORS", () => {
  for (const origin of ["http://evil.test", "null", "http://localhost.evil.test"]) {
    it(`W-03: a preflight of ${origin} gets no permission`, async () => {
      const answer = await call(gateway, {
        method: "OPTIONS",
        path: "/v1/messages",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "x-api-key",
          "access-control-request-private-network": "true",
        },
      });
      assert.equal(answer.status, 403);
      const granted = Object.keys(answer.headers).filter((name) =>
        name.startsWith("access-control"),
      );
      assert.deepEqual(granted, []);
      assert.equal(upstream.requests.length, 0);
    });
  }

  it("W-03: the own endpoints give no permission to anybody, and no caching", async () => {
    for (const [method, path] of PATHS.filter(([, name]) => !name.includes("/v1/"))) {
      const answer = await call(gateway, { method, path });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["access-control-allow-origin"], undefined);
      assert.equal(answer.headers["cache-control"], "no-store", path);
    }
  });
});

describe("W-05: other users of the machine", { skip: process.platform === "win32" }, () => {
  it("W-05: the data directory and all in it are the owner's alone", async () => {
    await call(gateway, { body: STREAM_BODY });
    assert.equal((await stat(gateway.dataDir)).mode & 0o777, 0o700);
    const names = await readdir(gateway.dataDir);
    for (const name of ["control.sock", "install.key", "server.json", "spillway.db"]) {
      assert.ok(names.includes(name), name);
    }
    for (const name of names) {
      assert.equal((await stat(join(gateway.dataDir, name))).mode & 0o077, 0, name);
    }
  });
});

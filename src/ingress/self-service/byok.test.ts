import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { openScene, type Scene } from "./self-service.fixture.ts";

const run = promisify(execFile);
const CANARY = "sk-ant-api03-canaryCanaryCanary";
const BODY = JSON.stringify({ key: CANARY, label: "claude-code" });
const PATH = "/me/byok/anthropic";

async function put(scene: Scene, key: string, body = BODY) {
  return await scene.ask("data", "PUT", PATH, { key, body });
}

describe("/me/byok", () => {
  it("S0-18: the documented curl stores a key, and its answer has only a mask", async (context) => {
    await using scene = await openScene();
    const { secret } = await scene.mint("olga");
    const args = [
      "--silent",
      "--show-error",
      "--noproxy",
      "*",
      "-X",
      "PUT",
      `http://127.0.0.1:${scene.port}${PATH}`,
      "-H",
      `Authorization: Bearer ${secret}`,
      "-d",
      BODY,
    ];
    const curl = await run("curl", args, { timeout: 30_000 }).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    });
    if (curl === undefined) {
      context.skip("there is no curl here");
      return;
    }
    assert.match(curl.stdout, /"verified":true/);
    assert.doesNotMatch(curl.stdout, /canary/i);
    assert.equal(scene.credentials.get("local/anthropic")?.secret.reveal(), CANARY);
  });

  it("S0-18: takes the body under any content type, and under none", async () => {
    await using scene = await openScene();
    const { secret: key } = await scene.mint("olga");
    for (const type of ["application/json", "application/x-www-form-urlencoded", "text/x", ""]) {
      const headers: Record<string, string> = type === "" ? {} : { "content-type": type };
      const answer = await scene.ask("data", "PUT", PATH, { key, headers, body: BODY });
      assert.equal(answer.status, 200, type);
      assert.equal(answer.json["label"], "claude-code");
    }
  });

  it("stores a key that the provider refuses, or that cannot be checked, and says so", async () => {
    await using scene = await openScene();
    const { secret } = await scene.mint("olga");
    for (const [check, verified, said] of [
      [{ verified: true, status: 200 }, true, /takes it/],
      [{ verified: false, status: 401 }, false, /refuses it \(401\)/],
      [{ verified: null }, null, /could not be reached/],
      [{ verified: null, status: 529 }, null, /answered 529/],
    ] as const) {
      scene.credentials.clear();
      scene.settings.check = check;
      const answer = await put(scene, secret);
      assert.equal(answer.status, 200);
      assert.equal(answer.json["verified"], verified);
      assert.match(String(answer.json["message"]), said);
      assert.equal(scene.credentials.size, 1);
      const tested = await scene.ask("data", "POST", `${PATH}/test`, { key: secret });
      assert.equal(tested.json["verified"], verified);
      assert.equal(tested.json["status"], "status" in check ? check.status : null);
      assert.match(String(tested.json["message"]), said);
    }
    assert.ok(scene.checked.every((key) => key === CANARY));
  });

  it("A-06: an organisation neither sees, tests nor removes another one's key", async () => {
    await using scene = await openScene();
    const owner = await scene.mint("olga");
    const foreign = await scene.mint("fred", { organisation: "acme" });
    await put(scene, owner.secret);
    const asked = scene.checked.length;
    for (const [method, path] of [
      ["GET", PATH],
      ["DELETE", PATH],
      ["POST", `${PATH}/test`],
    ] as const) {
      assert.equal((await scene.ask("data", method, path, { key: foreign.secret })).status, 404);
    }
    const list = await scene.ask("data", "GET", "/me/byok", { key: foreign.secret });
    assert.deepEqual(list.json, { credentials: [] });
    assert.equal(scene.checked.length, asked);
    assert.equal(scene.credentials.size, 1);
  });

  it("shows, lists and removes what is stored, and never the key", async () => {
    await using scene = await openScene();
    const { secret: key } = await scene.mint("olga");
    await put(scene, key);
    for (const path of [PATH, "/me/byok"]) {
      const seen = await scene.ask("data", "GET", path, { key });
      assert.match(seen.text, /"label":"claude-code"/);
      assert.doesNotMatch(seen.text, /canary/i);
    }
    const removed = await scene.ask("data", "DELETE", PATH, { key });
    assert.deepEqual(removed.json, { provider: "anthropic", removed: true });
    assert.equal((await scene.ask("data", "GET", PATH, { key })).status, 404);
    assert.equal((await scene.ask("data", "DELETE", PATH, { key })).status, 404);
    const other = await scene.ask("data", "PUT", "/me/byok/nobody", { key, body: BODY });
    assert.equal(other.status, 404);
    assert.doesNotMatch(other.text, /canary/i);
  });

  it("the control door stores for the organisation that it names", async () => {
    await using scene = await openScene();
    await scene.ask("control", "PUT", `${PATH}?organisation=acme`, { body: BODY });
    await scene.ask("control", "PUT", PATH, { body: BODY });
    assert.deepEqual([...scene.credentials.keys()], ["acme/anthropic", "local/anthropic"]);
    const rotated = await scene.ask("control", "POST", "/control/master-key/rotate");
    assert.deepEqual(rotated.json, { resealed: 2 });
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mintSecret } from "../identity/keys/index.ts";
import { runAsking } from "./control.fixture.ts";

const PROVIDER_KEY = "sk-ant-api03-Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA";

describe("exposedSecret", () => {
  it("lets no command run that carries a credential, and repeats nothing of it", async () => {
    const own = mintSecret().reveal();
    const wrong = [
      ["byok", "set", "anthropic", PROVIDER_KEY],
      ["byok", "set", PROVIDER_KEY],
      ["byok", "set", "anthropic", `--key=${PROVIDER_KEY}`],
      ["byok", "set", "anthropic", "--label", PROVIDER_KEY],
      ["keys", "show", own],
      ["keys", "create", "--name", `x ${own}`],
      [PROVIDER_KEY],
    ];
    for (const argv of wrong) {
      const { code, out, err, asked } = await runAsking([], argv);
      assert.deepEqual([code, out, asked], [2, "", []], argv.join(" "));
      assert.match(err, /^spillway: Nothing was done: an argument carries a credential/);
      assert.ok(!err.includes(own.slice(4, 12)) && !err.includes("Zm9vYmFy"), err);
    }
  });

  it("takes masks and names for what they are", async () => {
    const answer = { status: 200, body: { keys: [] } };
    for (const organisation of ["spw-team", "sk-ant-x"]) {
      const { code, err } = await runAsking(
        [answer],
        ["keys", "list", "--organisation", organisation],
      );
      assert.equal(code, 0, err);
    }
  });
});

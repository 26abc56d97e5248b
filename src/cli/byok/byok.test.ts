import assert from "node:assert/strict";
import { PassThrough, Readable } from "node:stream";
import { describe, it } from "node:test";
import { type AskedRun, refused, runAsking } from "../control.fixture.ts";
import type { Input } from "../deps.ts";

const SECRET = "sk-ant-api03-a-secret-of-this-test";
const STORED = {
  provider: "anthropic",
  label: "claude-code",
  mask: "sk-ant-api03-abcd…wxyz",
  overflow: true,
  verified: true,
  created_at: "2026-11-20T12:00:00.000Z",
  updated_at: "2026-11-25T12:00:00.000Z",
  message: "The key is stored, and the provider takes it.",
};
const CAP = { budgets: [{ amount: "10", currency: "USD", period: "day" }] };

async function run(body: unknown, ...argv: readonly string[]): Promise<AskedRun> {
  return await runAsking([{ status: 200, body }], ["byok", ...argv]);
}

async function setFrom(
  stdin: Input,
  argv: readonly string[] = [],
  before: readonly unknown[] = [],
): Promise<AskedRun> {
  const bodies = stdin.isTTY === true && argv.length === 0 ? [CAP, { credentials: before }] : [];
  const answers = [...bodies, STORED].map((body) => ({ status: 200, body }));
  return await runAsking(answers, ["byok", "set", "anthropic", ...argv], { stdin });
}

/** A terminal at which the lines are typed one after the other, and then nothing any more. */
function typed(...lines: readonly string[]): Input {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const waiting = [...lines];
  input.on("resume", () => {
    const line = waiting.shift();
    setImmediate(() => (line === undefined ? input.end() : input.write(line)));
  });
  return input;
}

describe("spillway byok", () => {
  it("stores what comes from a pipe, without the end of its line, and prints only a mask", async () => {
    for (const text of [SECRET, `${SECRET}\n`, `\ufeff${SECRET}\r\n`, ` ${SECRET} \n\n`]) {
      const { code, out, err, asked } = await setFrom(
        Readable.from([text.slice(0, 9), text.slice(9)]),
      );
      assert.equal(code, 0, err);
      const [put] = asked;
      assert.deepEqual(
        [asked.length, put?.method, put?.path, put?.body],
        [1, "PUT", "/me/byok/anthropic", { key: SECRET }],
      );
      assert.match(out, /^The key is stored, and the provider takes it\.$/m);
      assert.match(out, /^ {2}key +sk-ant-api03-abcd…wxyz$/m);
      assert.ok(!out.includes(SECRET) && !err.includes(SECRET));
    }
  });

  it("leaves overflow as it was unless a flag or an answer says more", async () => {
    const overflowOf = ({ asked }: AskedRun) =>
      JSON.parse(JSON.stringify(asked.at(-1)?.body)).overflow;
    const piped = (...argv: readonly string[]) => setFrom(Readable.from([SECRET]), argv);
    assert.equal(overflowOf(await piped()), undefined);
    assert.equal(overflowOf(await piped("--overflow")), true);
    assert.equal(overflowOf(await piped("--no-overflow")), false);
    const said = await setFrom(typed(`${SECRET}\r`), ["--no-overflow"]);
    assert.equal(overflowOf(said), false);
    assert.equal(said.asked.length, 1);
  });

  it("asks at a terminal for the key and whether sessions overflow, with the cap", async () => {
    for (const [answer, before, expected] of [
      ["y\n", [], true],
      ["n\n", [], false],
      ["\n", [], false],
      ["\n", [STORED], true],
      ["\n", [{ ...STORED, overflow: false }], false],
    ] as const) {
      const { code, err, out, asked } = await setFrom(typed(`${SECRET}\r`, answer), [], before);
      assert.equal(code, 0, err);
      assert.deepEqual(asked.at(-1)?.body, { key: SECRET, overflow: expected });
      assert.match(err, /^The provider's API key \(not shown\): \n/);
      assert.match(err, /Let sessions overflow .* full\?\nIt may spend up to 10 USD a day\. \[/);
      assert.ok(!err.includes(SECRET) && !out.includes(SECRET));
    }
  });

  it("stores nothing where no key comes in, or far too much", async () => {
    const nothing = [Readable.from([]), Readable.from([" \n"]), typed("\r"), typed("\u0003")];
    for (const stdin of [...nothing, Readable.from(["x".repeat(5_000)])]) {
      const { code, out, err, asked } = await setFrom(stdin, ["--overflow"]);
      assert.ok(code === 2 || code === 1);
      assert.deepEqual([out, asked], ["", []]);
      assert.match(err, /nothing is stored/);
    }
    const brokenOff = await setFrom(typed(`${SECRET}\r`));
    assert.equal(brokenOff.code, 1);
    assert.ok(brokenOff.asked.every(({ method }) => method === "GET"));
  });

  it("refuses a key as an argument, whatever it looks like, and does not repeat it", async () => {
    for (const argv of [
      ["anthropic", "hunter2hunter2"],
      ["anthropic", "--key=hunter2hunter2"],
      ["anthropic", "--key", "hunter2hunter2"],
      ["--hunter2hunter2"],
    ]) {
      const { code, out, err, asked } = await run(STORED, "set", ...argv);
      assert.deepEqual([code, out, asked], [2, "", []], argv.join(" "));
      assert.ok(!err.includes("hunter2"), err);
    }
  });

  it("lists masks, or says how to begin", async () => {
    const { out, asked } = await run({ credentials: [STORED] }, "list", "--organisation", "acme");
    assert.deepEqual(asked, [{ method: "GET", path: "/me/byok?organisation=acme" }]);
    assert.match(out, /^ {2}anthropic +sk-ant-api03-abcd…wxyz +claude-code +on +/m);
    const empty = await run({ credentials: [] }, "list");
    assert.match(empty.out, /spillway byok set anthropic/);
  });

  it("ends a test with 1 unless the provider takes the key", async () => {
    for (const [verified, expected] of [
      [true, 0],
      [false, 1],
      [null, 1],
    ] as const) {
      const answer = { provider: "anthropic", verified, status: 200, message: "Said." };
      const { code, out, asked } = await run(answer, "test", "anthropic");
      assert.deepEqual([code, out], [expected, "Said.\n"]);
      assert.equal(asked[0]?.path, "/me/byok/anthropic/test");
    }
  });

  it("removes a key, and renews the master key", async () => {
    const removed = await run({ provider: "anthropic", removed: true }, "remove", "anthropic");
    assert.equal(removed.out, "The anthropic key is removed.\n");
    const rotated = await run({ resealed: 2 }, "rotate-master-key");
    assert.deepEqual(rotated.asked, [{ method: "POST", path: "/control/master-key/rotate" }]);
    assert.match(rotated.out, /2 stored keys sealed by it/);
  });

  it("prints the answers as JSON", async () => {
    const stored = await setFrom(Readable.from([SECRET]), ["--json"]);
    assert.deepEqual(JSON.parse(stored.out), STORED);
    const listed = await run({ credentials: [] }, "list", "--json");
    assert.deepEqual(JSON.parse(listed.out), { credentials: [] });
  });

  it("ends with 3 where nothing is stored", async () => {
    const answer = refused(404, "Your organisation has no key stored", "not_found");
    const { code, err } = await runAsking([answer], ["byok", "remove", "anthropic"]);
    assert.deepEqual([code, err], [3, "spillway: Your organisation has no key stored.\n"]);
  });
});

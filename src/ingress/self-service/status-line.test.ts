import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nanoUsd } from "../../base/money.ts";
import { Secret } from "../../base/secret.ts";
import { NOW_MS, openScene } from "./self-service.fixture.ts";

const WINDOW = { window: "5h", usedPercent: 37, resetsAtMs: NOW_MS + 3_600_000 };

function quota(account: string, principal = "me") {
  return { principal, account, observedAtMs: NOW_MS, windows: [WINDOW], other: {} };
}

describe("/control/statusline", () => {
  it("is for this machine's owner alone", async () => {
    await using scene = await openScene();
    const { secret } = await scene.mint("olga");
    for (const key of [undefined, secret]) {
      const { status } = await scene.ask("data", "GET", "/control/statusline?session=s", { key });
      assert.notEqual(status, 200);
    }
  });

  it("tells the session's own account, its cost by book, and how much of the cap is used", async () => {
    await using scene = await openScene();
    scene.settings.quota = [quota("newest"), quota("mine", "other"), quota("mine")];
    scene.settings.sessionCost = async (sessionId) => ({
      owner: sessionId === "s 1" ? { principal: "me", account: "mine" } : undefined,
      books: [
        { book: "subscription", cost: nanoUsd(1_230_000_000n), unknown: 0 },
        { book: "overflow", cost: nanoUsd(5_000_000n), unknown: 2 },
      ],
    });
    const ask = async (query: string) =>
      (await scene.ask("control", "GET", `/control/statusline${query}`)).json;
    const own = await ask("?session=s%201");
    assert.deepEqual(own["session"], [
      { book: "subscription", cost: "$1.23", unknown: 0 },
      { book: "overflow", cost: "$0.0050", unknown: 2 },
    ]);
    assert.match(
      JSON.stringify(own["quota"]),
      /"account":"mine","principal":"me".*"used_percent":37/,
    );
    assert.match(JSON.stringify((await ask("?session=other"))["quota"]), /"account":"newest"/);
    assert.match(
      JSON.stringify(own["overflow_cap"]),
      /"amount":"10","currency":"USD","period":"day".*"remaining":"10\.0000","used_percent":0/,
    );
    assert.equal((await ask(""))["session"], null);
  });

  it("knows the account of a new session by its directory", async () => {
    await using scene = await openScene();
    scene.settings.quota = [quota("newest"), { ...quota("mine"), directory: "/h/.claude 2" }];
    const told = async (directory: string) =>
      JSON.stringify(
        (
          await scene.ask(
            "control",
            "GET",
            `/control/statusline?session=new&directory=${encodeURIComponent(directory)}`,
          )
        ).json["quota"],
      );
    assert.match(await told("/h/.claude 2"), /"account":"mine"/);
    assert.match(await told("/h/.claude"), /"account":"newest"/);
  });

  it("says whether a stored key would pay", async () => {
    await using scene = await openScene();
    const ready = async () =>
      (await scene.ask("control", "GET", "/control/statusline")).json["overflow_ready"];
    assert.equal(await ready(), false);
    for (const overflow of [false, true]) {
      scene.credentials.set("k", {
        organisation: "local",
        provider: "anthropic",
        label: "claude-code",
        mask: "sk-ant-…",
        overflow,
        secret: new Secret("sk-ant-api03-x"),
        createdAt: NOW_MS,
        updatedAt: NOW_MS,
      });
      assert.equal(await ready(), overflow);
    }
  });
});

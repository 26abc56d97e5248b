import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { failure, message, unifiedHeaders } from "../upstream/answer.ts";
import { text } from "../upstream/messages.ts";
import {
  API_KEY,
  BEARER,
  type Claude,
  type ClaudeOutcome,
  claudes,
  type Login,
  makeClaudeHome,
  runClaude,
  SUBSCRIPTION,
} from "./claude.ts";
import { type Lab, openLab } from "./lab.ts";
import { openLoginService } from "./login-service.ts";
import {
  inAnHour,
  issueKey,
  type KeySettings,
  paidBy,
  payerOf,
  revokeKey,
  STORED_KEY,
  sessionFull,
  storeKey,
  withHeaders,
} from "./stored-key.ts";
import { assertGaveUp, assertNothingSent, payersOfTurns, sentByClient } from "./turns.ts";

const RUPEES = 'currency:\n  rates:\n    INR: "88.5"\n';
/** Less than any request may cost. */
const TINY = { name: "tiny", budget: "1/month", currency: "INR" } as const;
const TINY_REFUSAL =
  /Spillway: The budget "tiny" of ₹1\.00 a month does not cover this request: ₹0\.00 of it is used or held by running requests, and this one may cost up to ₹\d+\.\d\d\. It begins anew on 1 \w+ \d{4} at 00:00 \([\w/+-]+\) \(budget_exceeded\)/;
/** How a client can bring a Spillway key. */
const WAYS = ["subscription", "api_key", "bearer", "helper"] as const;
type Way = (typeof WAYS)[number];

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} when the gateway refuses`, () => {
    for (const way of WAYS) {
      it(`S0-31: is told at once which budget is used up and until when, with a key as ${way}`, async () => {
        await using lab = await openLab({ gateway: { config: RUPEES } });
        await storeKey(lab.gateway);
        const outcome = await say({ claude, lab, way, settings: TINY });

        assertRefused(lab, outcome, TINY_REFUSAL);
        assertNothingSent(lab);
      });
    }

    it("S0-26: is told that nothing is left for its overflow, and keeps its session all the same", async () => {
      await using lab = await openLab({ gateway: { config: RUPEES } });
      await storeKey(lab.gateway);
      const key = await issueKey(lab.gateway, { ...TINY, mode: "overflow" });
      await using home = await makeClaudeHome({
        claude,
        baseUrl: lab.url,
        login: SUBSCRIPTION,
        env: withHeaders(`x-spillway-key: ${key.secret}`),
      });
      const served = message({ content: [text("The session serves.")] }, {}, unifiedHeaders());
      lab.upstream.queue(paidBy("session", "main"), served, sessionFull(inAnHour()), served);
      const outcomes: ClaudeOutcome[] = [];
      for (const prompt of ["first", "second", "third"]) {
        outcomes.push(await runClaude(claude, home, { prompt }));
      }
      const [first, second, third] = outcomes;

      assert.equal(first?.result, "The session serves.");
      assert.equal(second?.exitCode, 1);
      assert.match(second?.result ?? "", TINY_REFUSAL);
      // Although the session is known to be full: there is nothing else to try.
      assert.equal(third?.result, "The session serves.");
      assert.deepEqual(payersOfTurns(lab), ["session", "session", "session"]);
    });

    it("R2: is told of the cap that a keyless session's overflow has", async () => {
      await using lab = await openLab({ gateway: { config: "overflow:\n  budget: 0.01/day\n" } });
      await storeKey(lab.gateway, { overflow: true });
      lab.upstream.on(paidBy("session", "main"), sessionFull(inAnHour()));
      const outcome = await say({ claude, lab, way: "subscription" });

      assertRefused(lab, outcome, /The budget "[^"]+" of \$0\.01 a day does not cover .* anew on/);
      assert.deepEqual(payersOfTurns(lab), ["session"]);
    });

    for (const [way, mode] of [
      ["subscription", "session"],
      ["subscription", "inject"],
      ["subscription", "overflow"],
      ["bearer", "inject"],
      ["helper", "inject"],
    ] as const) {
      it(`S0-30: is told that a data policy forbids it, mode ${mode} and a key as ${way}`, async () => {
        for (const [header, policy] of [
          ["x-spillway-data-policy", "us_only"],
          ["x-br-data-policy", "india_only"],
        ] as const) {
          await using lab = await openLab();
          await storeKey(lab.gateway);
          const settings = { name: "laptop", mode };
          const outcome = await say({
            claude,
            lab,
            way,
            settings,
            headers: [`${header}: ${policy}`],
          });

          const refusal = new RegExp(
            `The data policy ${policy} forbids .* \\(residency_refused\\)`,
          );
          assertRefused(lab, outcome, refusal, triesOf(claude, way));
          assertNothingSent(lab);
        }
      });
    }

    for (const way of WAYS) {
      it(`S0-05: is told that its key was revoked, with a key as ${way}`, async () => {
        await using lab = await openLab();
        await storeKey(lab.gateway);
        const settings = { name: "laptop" };
        const outcome = await say({ claude, lab, way, settings, isRevoked: true });

        assertRefused(lab, outcome, /key was revoked.* \(key_revoked\)$/, triesOf(claude, way));
        assertNothingSent(lab);
      });
    }

    for (const way of WAYS) {
      it(`is told that the stored key does not work, with a key as ${way}`, async () => {
        await using lab = await openLab();
        await storeKey(lab.gateway);
        const words = `invalid x-api-key ${STORED_KEY}`;
        lab.upstream.on((seen) => payerOf(seen) === "stored key", failure(401, words));
        const outcome = await say({ claude, lab, way, settings: { name: "laptop" } });

        const refusal = /Spillway: .*"claude-code".* \(stored_key_refused\)$/;
        assertRefused(lab, outcome, refusal, triesOf(claude, way));
        assert.ok(!outcome.result.includes(STORED_KEY));
        assert.ok(payersOfTurns(lab).every((payer) => payer === "stored key"));
      });
    }

    for (const login of [SUBSCRIPTION, API_KEY, BEARER]) {
      it(`R9: is told that a team's gateway wants a key, and its ${login.kind} stays here`, async () => {
        await using lab = await openLab({ gateway: { config: "auth:\n  required: true\n" } });
        await using logins = await openLoginService();
        const { env } = logins;
        await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login, env });
        const outcome = await runClaude(claude, home, { prompt: "say hi" });

        assertRefused(lab, outcome, /This gateway needs a Spillway key.* \(key_required\)$/);
        assert.deepEqual(lab.upstream.requests, []);
        assert.equal(logins.renewals(), 0);
      });
    }
  });
}

interface Saying {
  readonly claude: Claude;
  readonly lab: Lab;
  readonly way: Way;
  /** Of the key to issue; without it the client has none. */
  readonly settings?: KeySettings;
  readonly headers?: readonly string[];
  readonly isRevoked?: boolean;
}

/** One prompt of a client that has a key of its own; a subscription that is refused could renew its login. */
async function say({ claude, lab, way, settings, headers = [], isRevoked }: Saying) {
  const key = settings === undefined ? undefined : await issueKey(lab.gateway, settings);
  if (key !== undefined && isRevoked === true) await revokeKey(lab.gateway, key);
  const secret = key?.secret ?? "";
  const login: Login = way === "subscription" ? SUBSCRIPTION : { kind: way, value: secret };
  const isBeside = key !== undefined && way === "subscription";
  const lines = [...headers, ...(isBeside ? [`x-spillway-key: ${secret}`] : [])];
  await using logins = await openLoginService();
  const env = { ...logins.env, ...withHeaders(...lines) };
  await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login, env });
  const outcome = await runClaude(claude, home, { prompt: "say hi" });
  assert.equal(logins.renewals(), 0, "the login was taken for the culprit");
  return outcome;
}

/** A recent client asks its helper for another key, twice, before it believes a 401 or 403. */
function triesOf({ isRecent }: Claude, way: Way): number {
  return isRecent && way === "helper" ? 3 : 1;
}

function assertRefused(lab: Lab, outcome: ClaudeOutcome, said: RegExp, tries = 1): void {
  assert.equal(outcome.exitCode, 1, `${outcome.result}${outcome.stderr}`);
  assert.match(outcome.result, said);
  assertGaveUp(sentByClient(lab), tries);
}

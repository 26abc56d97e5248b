import assert from "node:assert/strict";
import type { HttpAnswer } from "../fault/rig.ts";
import { type Answer, bodyWrites } from "../upstream/answer.ts";
import { type Row, sumOf } from "./books.ts";
import type { Played, Seen, Table } from "./table.ts";
import type { Expected } from "./who-pays.ts";

/** What the default usage of the scripted upstream costs at the list prices of claude-opus-5-5, in nano-dollars. */
const COST_OF_ANSWER = 12n * 4_000n + 1_500n * 5_000n + 14_000n * 200n + 42n * 20_000n;

/** What the upstream and the client saw of a request. */
export function assertSeen(
  table: Table,
  request: Played,
  expected: Expected,
  { answer, calls, body }: Seen,
): void {
  const payers = calls.map((seen) => table.payerOf(seen));
  const isRepeated = request.outcome === "reset" && calls.length > expected.calls.length;
  assert.deepEqual(isRepeated ? payers.slice(1) : payers, expected.calls);
  for (const seen of calls) assert.equal(seen.body.toString(), body, "the body was changed");
  assert.equal(answer.status, expected.status, answer.body.toString());
  assert.ok(answer.complete);
  const { headers } = answer;
  assert.equal(headers["x-spillway-upstream-mode"], expected.mode);
  assert.equal(headers["x-spillway-provider"], "anthropic");
  const { setup } = request;
  const sentAlias = request.usesAliases && (setup.hasKey || setup.asksOverflow);
  assert.equal(headers["x-br-upstream-mode"], sentAlias ? expected.mode : undefined);
  assert.equal(headers["x-br-provider"], sentAlias ? "anthropic" : undefined);
  assert.equal(headers["anthropic-ratelimit-requests-remaining"], undefined);
  if (expected.from === "gateway") {
    assert.equal(headers["x-spillway-error-source"], "gateway");
    assert.ok(answer.body.includes(`(${expected.code})`), answer.body.toString());
    return;
  }
  const last = calls.at(-1);
  assert.ok(last);
  const sent = table.sentBy(last);
  assert.deepEqual(answer.body, Buffer.concat(bodyWrites(sent)), "the answer was changed");
  if (expected.from !== "stored") assertPassedOn(sent, answer);
}

/** Every field of the upstream's reaches the client as it was: `retry-after` and the windows above all. */
function assertPassedOn(sent: Answer, answer: HttpAnswer): void {
  const got = pairs(answer.rawHeaders);
  for (const [name, value] of pairs(sent.headers)) {
    assert.ok(
      got.some(([gotName, gotValue]) => gotName === name && gotValue === value),
      `${name}: ${value}`,
    );
  }
}

function pairs(flat: readonly string[]): readonly (readonly [string, string])[] {
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ""] as const] : []));
}

/** What is on record of it, and where its money went. */
export function assertRecorded(
  { setup }: Played,
  expected: Expected,
  { calls }: Pick<Seen, "calls">,
  row: Row,
): void {
  assert.equal(row.mode, expected.mode);
  assert.equal(row.book, expected.book);
  assert.equal(row.status, expected.status);
  assert.equal(row.attempts.length, calls.length);
  const classes = { session: "subscription", stored: "stored", nobody: "none" };
  const tried = expected.calls.map((payer) => classes[payer]);
  const known = row.attempts.map(({ credentialClass }) => credentialClass);
  assert.deepEqual([...new Set(known)], tried);
  const pays = expected.from === "gateway" ? expected.calls.at(-1) : expected.from;
  const owner = pays === "stored" ? "local/anthropic/team" : row.principal;
  assert.equal(row.billingOwner, pays === undefined ? undefined : owner);
  // Nobody knows whether a request was billed whose connection broke.
  const isUnknown = expected.code === "upstream_reset";
  const cost = expected.status === 200 ? COST_OF_ANSWER : 0n;
  assert.equal(row.costNano, isUnknown ? undefined : cost);
  assert.equal(sumOf(row.lines, ""), 0n);
  assert.equal(sumOf(row.lines, "held:"), 0n);
  assert.equal(sumOf(row.lines, "provider:anthropic"), cost);
  // Only a stored key's money is anybody's budget: overflow has a cap even where nothing else sets one.
  const payer = expected.mode === "byok-overflow" ? "budget:" : "spend:";
  if (calls.length > 0) assert.equal(sumOf(row.lines, payer), -cost);
  const books = new Set(row.lines.map(({ book }) => book));
  assert.deepEqual([...books], row.lines.length === 0 ? [] : [expected.book]);
  assert.equal(row.keyId === undefined, !setup.hasKey);
}

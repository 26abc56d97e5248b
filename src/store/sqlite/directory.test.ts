import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { databasePath } from "../data-directory.ts";
import type { CredentialRecord, KeyRecord } from "../key-record.ts";
import {
  exchangeId,
  STARTED_AT,
  startedRecord,
  temporaryDirectory,
  terminalRecord,
} from "../records.fixture.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import { openStore } from "./store.fixture.ts";

const KEY: KeyRecord = {
  id: "key_1",
  organisation: "acme",
  principal: "ann",
  name: "laptop",
  role: "owner",
  mask: "spw-abcd…wxyz",
  createdAt: STARTED_AT,
  expiresAt: STARTED_AT + 1,
  revokedAt: undefined,
  settings: {
    budgets: [{ amount: "500", currency: "INR", period: "month", timeZone: "Asia/Kolkata" }],
    dailyRequests: 3,
    requestsPerMinute: 60,
    tokensPerMinute: 100_000,
    concurrency: 4,
    sessionConcurrency: 2,
    timeZone: "Asia/Kolkata",
    models: ["claude-*"],
    mode: "overflow",
    dataPolicy: "us_only",
  },
  hashes: [{ hash: "aa" }, { hash: "bb", validUntil: STARTED_AT + 5 }],
};
const CREDENTIAL: CredentialRecord = {
  organisation: "acme",
  provider: "anthropic",
  label: "claude-code",
  mask: "sk-ant-…",
  envelope: "{}",
  overflow: true,
  createdAt: STARTED_AT,
  updatedAt: STARTED_AT + 1,
};
describe("the directory of keys and credentials", () => {
  it("gives back what was saved, also to the next process", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    assert.deepEqual(await first.store.reader.keys(), []);
    assert.ok((await first.store.saveKey(KEY)).ok);
    assert.ok((await first.store.saveCredential(CREDENTIAL)).ok);
    assert.deepEqual(await first.store.reader.keys(), [KEY]);
    await first.close();
    await using second = await openStore(directory.path, { bootId: "boot-2" });
    assert.deepEqual(await second.store.reader.keys(), [KEY]);
    assert.deepEqual(await second.store.reader.credentials(), [CREDENTIAL]);
  });

  it("replaces a key with its hashes, and a credential by organisation and provider", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    await store.saveKey(KEY);
    const changed = { ...KEY, name: "desk", hashes: [{ hash: "cc" }] };
    await store.saveKey(changed);
    await store.saveCredential(CREDENTIAL);
    await store.saveCredential({ ...CREDENTIAL, label: "new", overflow: false });
    await store.saveCredential({ ...CREDENTIAL, organisation: "other" });
    assert.deepEqual(
      (await store.reader.keys()).map(({ name, hashes }) => [name, hashes.length]),
      [["desk", 1]],
    );
    const labels = (await store.reader.credentials()).map(({ label }) => label);
    assert.deepEqual(labels, ["new", "claude-code"]);
    assert.ok((await store.removeCredential("acme", "anthropic")).ok);
    assert.equal((await store.reader.credentials()).length, 1);
  });

  it("keeps the exchanges of a database from before there were keys", async () => {
    await using directory = await temporaryDirectory();
    const old = new DatabaseSync(databasePath(directory.path));
    old.exec(`${MIGRATIONS[0]} PRAGMA user_version = 1;
      INSERT INTO exchange_start (number, boot, id, started_at, principal, organisation, dialect, operation,
        method, path, stream, credential_class, provider)
      VALUES (1, 1, '${exchangeId(1)}', ${STARTED_AT}, 'me', 'local', 'anthropic', 'messages', 'POST', '/', 0,
        'none', 'anthropic');
      INSERT INTO exchange_end (number, finished_at, attempts, usage_source, usage_suspect, book, currency, rate, finish)
      VALUES (1, ${STARTED_AT}, '[]', 'none', 0, 'api', 'USD', '1', 'complete');`);
    old.close();
    await using opened = await openStore(directory.path);
    const found = await opened.store.reader.exchange(exchangeId(1));
    assert.equal(found?.terminal?.finish, "complete");
    assert.equal(found?.terminal?.residency, undefined);
    assert.ok((await opened.store.saveKey(KEY)).ok);
  });

  it("does not read a key with a setting that it does not know: it could be a limit", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    await opened.store.saveKey(KEY);
    const other = new DatabaseSync(databasePath(directory.path));
    other.exec("UPDATE virtual_key SET settings = json_set(settings, '$.hourlyRequests', 1)");
    other.close();
    await assert.rejects(opened.store.reader.keys(), /hourlyRequests/);
  });

  it("refuses a change that cannot be written, and takes it when it can", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    const other = new DatabaseSync(databasePath(directory.path));
    other.exec("BEGIN IMMEDIATE");
    const refused = await store.saveKey(KEY);
    other.exec("ROLLBACK");
    other.close();
    assert.ok(!refused.ok);
    assert.equal(refused.error.code, "accounting_unavailable");
    while (!store.accepting) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(await store.reader.keys(), []);
    assert.ok((await store.saveKey(KEY)).ok);
  });
});

describe("reports by key", () => {
  it("counts the messages that a stored key was billed for, by key or user", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    const add = async (
      number: number,
      started: Parameters<typeof startedRecord>[1],
      terminal: Parameters<typeof terminalRecord>[1],
    ) => {
      await store.start(startedRecord(number, started));
      const none = { errorCode: undefined, errorSource: undefined };
      store.finish(terminalRecord(number, { ...none, ...terminal }));
    };
    await add(1, {}, { mode: "byok" });
    await add(2, {}, { mode: "byok-overflow" });
    await add(3, { keyId: undefined }, { mode: "byok-overflow" });
    await add(4, {}, { mode: "passthrough" });
    await add(5, { operation: "count_tokens" }, { mode: "byok" });
    await add(6, {}, { mode: "byok", errorCode: "budget_exceeded", errorSource: "policy" });
    await add(7, { startedAt: STARTED_AT - 1 }, { mode: "byok" });
    await store.flush();
    const counts = await store.reader.billedRequests({ from: STARTED_AT, to: STARTED_AT + 100 });
    assert.deepEqual(
      counts,
      new Map([
        ["key_1", 2],
        ["user/local", 1],
      ]),
    );
  });

  it("reports by key and agent, and of one key or organisation alone", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    await store.start(startedRecord(1, { keyId: "key_1", agentId: "a" }));
    await store.start(startedRecord(2, { keyId: "key_2", agentId: "b", organisation: "acme" }));
    store.finish(terminalRecord(1));
    store.finish(terminalRecord(2));
    await store.flush();
    const { reader } = store;
    const period = { from: STARTED_AT, to: STARTED_AT + 100 };
    const groups = async (groupBy: "key" | "agent", more = {}) =>
      (await reader.usage({ ...period, groupBy, ...more })).map(({ group }) => group);
    assert.deepEqual(await groups("key"), ["key_1", "key_2"]);
    assert.deepEqual(await groups("agent"), ["a", "b"]);
    assert.deepEqual(await groups("key", { organisation: "acme" }), ["key_2"]);
    assert.deepEqual(await groups("key", { keyId: "key_1" }), ["key_1"]);
    assert.equal((await reader.events({ organisation: "acme" })).events.length, 1);
    assert.equal((await reader.events({ keyId: "key_3" })).events.length, 0);
  });
});

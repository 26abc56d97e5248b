import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Secret } from "../base/secret.ts";
import { AccountDirectories } from "./account-directories.ts";
import {
  keychainLogins,
  keychainService,
  type LoginReader,
  readLoginFile,
} from "./claude-login.ts";

let root = "";
let sameLogins: string[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "spillway-accounts-"));
  sameLogins = [];
  for (const name of ["a", "b"]) await mkdir(join(root, name));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

const credentials = (token: string) =>
  JSON.stringify({ claudeAiOauth: { accessToken: token, refreshToken: "r", expiresAt: 1 } });

async function login(name: string, token: string): Promise<void> {
  await writeFile(join(root, name, ".credentials.json"), credentials(token), { mode: 0o600 });
}

const hash = (token: Secret): string => `hash of ${token.reveal()}`;

function open(readLogin: LoginReader = readLoginFile): AccountDirectories {
  return new AccountDirectories({
    directories: ["a", "b"].map((name) => ({ path: join(root, name), account: `account ${name}` })),
    readLogin,
    hash,
    onSameLogin: (one, other) => sameLogins.push(`${one} ${other}`),
  });
}

const accountOf = (accounts: AccountDirectories, token: string) =>
  accounts.resolve(`hash of ${token}`);

describe("AccountDirectories", () => {
  it("S1-096: knows each directory's token", async () => {
    await login("a", "A");
    await login("b", "B");
    const accounts = open();
    await accounts.look();
    assert.equal(await accountOf(accounts, "A"), "account a");
    assert.equal(await accountOf(accounts, "B"), "account b");
    assert.deepEqual(sameLogins, []);
    assert.deepEqual(accounts.withoutLogin, []);
  });

  it("S1-098: follows a refreshed token at its first request, and still knows the one before", async () => {
    await login("a", "A");
    const accounts = open();
    assert.equal(await accountOf(accounts, "A"), "account a");
    await login("a", "A2 is longer");
    assert.equal(await accountOf(accounts, "A2 is longer"), "account a");
    assert.equal(await accountOf(accounts, "A"), "account a");
  });

  it("S1-098: a token that was written while a look was under way is found by the next", async () => {
    await login("a", "A");
    const gate = Promise.withResolvers<void>();
    let looks = 0;
    const accounts = open(async (directory, stamp) => {
      looks += 1;
      const found = await readLoginFile(directory, stamp);
      await gate.promise;
      return found;
    });
    const first = accountOf(accounts, "A");
    while (looks < 2) await new Promise(setImmediate);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await login("b", "B");
    const second = accountOf(accounts, "B");
    gate.resolve();
    assert.deepEqual(await Promise.all([first, second]), ["account a", "account b"]);
  });

  it("S1-101: leaves a token alone that is nobody's, and looks once however many ask at once", async () => {
    await login("a", "A");
    let looks = 0;
    const accounts = open((directory, stamp) => {
      looks += 1;
      return readLoginFile(directory, stamp);
    });
    const found = await Promise.all(Array.from({ length: 50 }, () => accountOf(accounts, "X")));
    assert.deepEqual(new Set(found), new Set([undefined]));
    assert.ok(looks <= 4, `${looks} files looked at`);
  });

  it("keeps what it knows while a file is missing, half written or no login", async () => {
    await login("a", "A");
    const accounts = open();
    await accounts.look();
    for (const text of ["", "{", "[]", '{"claudeAiOauth":{"accessToken":7}}']) {
      await writeFile(join(root, "a", ".credentials.json"), text);
      assert.equal(await accountOf(accounts, "other"), undefined);
      assert.equal(await accountOf(accounts, "A"), "account a");
    }
    await login("a", "A3");
    assert.equal(await accountOf(accounts, "A3"), "account a");
  });

  it("C-02: says where no login is, and finds it once there is one", async () => {
    await login("a", "A");
    const accounts = open();
    await accounts.look();
    assert.deepEqual(accounts.withoutLogin, [join(root, "b")]);
    await login("b", "B");
    assert.equal(await accountOf(accounts, "B"), "account b");
    assert.deepEqual(accounts.withoutLogin, []);
  });

  it("S1-157: tells once of two directories with one login, be it one file or a copy", async () => {
    await login("a", "A");
    await symlink(join(root, "a", ".credentials.json"), join(root, "b", ".credentials.json"));
    const accounts = open();
    await accounts.look();
    await accounts.look();
    assert.deepEqual(sameLogins, [`${join(root, "a")} ${join(root, "b")}`]);
    assert.equal(await accountOf(accounts, "A"), "account a");
  });

  it("takes what a directory has now before what another had once", async () => {
    await login("a", "A");
    await login("b", "B");
    const accounts = open();
    await accounts.look();
    await login("a", "new in a");
    await login("b", "A");
    await accounts.look();
    assert.equal(await accountOf(accounts, "A"), "account b");
  });
});

describe("keychainLogins", () => {
  const home = "/Users/you";

  it("X-A18: names the item after the directory", () => {
    assert.equal(keychainService("/Users/you/.claude", home), "Claude Code-credentials");
    assert.match(
      keychainService("/Users/you/.claude2", home),
      /^Claude Code-credentials-[0-9a-f]{8}$/,
    );
  });

  it("C-02: reads the keychain, then the file, and asks no more than once in five seconds", async () => {
    await login("a", "in the file");
    const asked: string[] = [];
    let now = 0;
    const items = new Map<string, string>();
    const read = keychainLogins(
      async (service) => {
        asked.push(service);
        return items.get(service);
      },
      { homeDir: root, now: () => now },
    );
    const tokenOf = async () => {
      const found = await read(join(root, "a"), undefined);
      return found === undefined || found === "same" ? found : found.token.reveal();
    };
    assert.equal(await tokenOf(), "in the file");
    assert.equal(await tokenOf(), "same");
    now = 5_000;
    items.set(keychainService(join(root, "a"), root), credentials("in the keychain"));
    assert.equal(await tokenOf(), "in the keychain");
    assert.equal(asked.length, 2);
  });
});

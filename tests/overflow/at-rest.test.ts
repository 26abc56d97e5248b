import assert from "node:assert/strict";
import { createDecipheriv, createHash, createHmac, hkdfSync } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { crc32 } from "node:zlib";
import { temporaryDirectory } from "../../src/store/records.fixture.ts";
import { filesBelow, leaksInFiles } from "../fault/canaries.ts";
import { call, PLAIN_BODY, startTestGateway } from "../fault/rig.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import {
  bearer,
  control,
  type MadeKey,
  makeKey,
  me,
  providerKey,
  sessionToken,
  storeKey,
} from "./rig.ts";

const KEYS = 120;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const MASTER = "5b".repeat(16) + "c4".repeat(16);

const scope = new AsyncDisposableStack();
const SECRETS = { stored: providerKey(), session: sessionToken() };
let upstream: AnthropicUpstream;
let gateway: Gateway;
let dataDir: string;
let keys: readonly MadeKey[];

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  dataDir = scope.use(await temporaryDirectory()).path;
  gateway = await startTestGateway(upstream.url, { dataDir, env: { SPILLWAY_MASTER_KEY: MASTER } });
  scope.defer(() => gateway[Symbol.asyncDispose]());
  const made: MadeKey[] = [];
  for (let i = 0; i < KEYS; i += 1) made.push(await makeKey(gateway));
  keys = made;
  await storeKey(gateway, SECRETS.stored);
  for (const key of keys.slice(0, 5)) {
    const headers = { "x-spillway-key": key.secret, ...bearer(SECRETS.session) };
    assert.equal((await call(gateway, { body: PLAIN_BODY, headers })).status, 200);
  }
});

after(() => scope.disposeAsync());

/** Whether a key in hex opens what an envelope's data key is sealed in, as ADR 0007 describes it. */
function opens(sealed: string, keyHex: string): boolean {
  const bytes = Buffer.from(sealed, "base64url");
  const key = Buffer.from(keyHex, "hex");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
  const bound = ["spillway stored credential v1", "data key", "local", "anthropic"];
  for (const text of bound) assert.ok(text.length < 256);
  decipher.setAAD(
    Buffer.from(
      bound.map((text) => `\0\0\0${String.fromCharCode(text.length)}${text}`).join(""),
      "latin1",
    ),
  );
  decipher.setAuthTag(bytes.subarray(-16));
  try {
    decipher.update(bytes.subarray(12, -16));
    decipher.final();
    return true;
  } catch {
    return false;
  }
}

const randomOf = ({ secret }: MadeKey) => secret.slice("spw-".length, -6);

describe("A-11: what a key is made of", () => {
  it("A-11: a prefix that scanners know, 43 characters for 256 bits, and a checksum", () => {
    for (const { secret } of keys) {
      assert.match(secret, /^spw-[0-9A-Za-z]{49}$/);
      let rest = crc32(secret.slice(0, -6));
      let checksum = "";
      for (let i = 0; i < 6; i += 1) {
        checksum = ALPHABET.charAt(rest % 62) + checksum;
        rest = Math.floor(rest / 62);
      }
      assert.equal(secret.slice(-6), checksum);
    }
    // 62 characters in 43 places are just more than 256 bits.
    assert.ok(62 ** 43 > 2 ** 256);
  });

  it("A-11: no two are alike, and no place of one is told by the others", () => {
    const random = keys.map(randomOf);
    assert.equal(new Set(random.map((text) => text.slice(0, 12))).size, KEYS);
    for (let at = 1; at < 43; at += 1) {
      const seen = new Set(random.map((text) => text[at]));
      // Of 62 characters, 120 draws leave out nine on average; thirty are never left out by chance.
      assert.ok(seen.size > 32, `place ${at}: only ${seen.size} characters`);
    }
    const counts = new Map<string, number>();
    for (const character of random.join("")) {
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    const expected = (KEYS * 43) / 62;
    const chiSquare = Array.from(ALPHABET)
      .map((character) => ((counts.get(character) ?? 0) - expected) ** 2 / expected)
      .reduce((sum, part) => sum + part, 0);
    // 61 degrees of freedom: 140 is passed by chance less than once in ten million runs.
    assert.ok(chiSquare < 140, `chi-square ${chiSquare}`);
  });

  it("A-11: is shown once: no list, and no answer after that, has more than a mask", async () => {
    const [key] = keys;
    assert.ok(key);
    const told = [
      (await control(gateway, "GET", "/me/keys")).text,
      (await control(gateway, "GET", `/me/keys/${key.id}`)).text,
      (await control(gateway, "PATCH", `/me/keys/${key.id}`, { models: [] })).text,
      (await me(gateway, key.secret, "GET", "/me")).text,
    ].join("\n");
    for (const made of keys) {
      assert.ok(!told.includes(made.secret));
      assert.ok(!told.includes(randomOf(made).slice(4, 20)));
    }
    assert.match(told, new RegExp(`"mask":"${key.secret.slice(0, 8)}…${key.secret.slice(-4)}"`));
  });
});

describe("A-11: what is kept of it", () => {
  it("A-11: an HMAC-SHA-256 under a key that is not in the database, and nothing else", async () => {
    const installKey = (await readFile(join(dataDir, "install.key"), "utf8")).trim();
    const hashKey = Buffer.from(hkdfSync("sha256", installKey, "", "spillway virtual keys", 32));
    using database = new DatabaseSync(join(dataDir, "spillway.db"), { readOnly: true });
    const rows = database.prepare("SELECT * FROM virtual_key").all();
    assert.equal(rows.length, KEYS);
    for (const { id, secret } of keys) {
      const row = rows.find((candidate) => candidate["id"] === id);
      const hash = createHmac("sha256", hashKey).update(secret).digest("hex");
      assert.equal(row?.["hashes"], JSON.stringify([{ hash }]));
      const dump = JSON.stringify(row);
      for (const algorithm of ["sha256", "sha512", "sha1", "md5"]) {
        for (const encoding of ["hex", "base64"] as const) {
          const plain = createHash(algorithm).update(secret).digest(encoding);
          assert.ok(!dump.includes(plain), `an unkeyed ${algorithm} can be looked up by anybody`);
        }
      }
    }
  });

  it("A-11: no file of the data directory holds a key, a provider's key or a session", async () => {
    const [one, two] = keys;
    assert.ok(one && two);
    const secrets = { ...SECRETS, one: one.secret, two: two.secret };
    const names = ["stored", "session", "one", "two"] as const;
    assert.deepEqual(await leaksInFiles([dataDir], secrets, names), []);
    // The search finds what is there.
    assert.ok((await leaksInFiles([dataDir], { id: one.id }, ["id"])).length > 0);
  });

  it("A-11: with the master key elsewhere nothing in the directory opens a provider's key", async () => {
    const files = await filesBelow(dataDir);
    assert.ok(!files.some((path) => path.endsWith("master.key")));
    using database = new DatabaseSync(join(dataDir, "spillway.db"), { readOnly: true });
    const row = database.prepare("SELECT envelope FROM stored_credential").get();
    const envelope: unknown = JSON.parse(String(row?.["envelope"]));
    assert.ok(typeof envelope === "object" && envelope !== null && "key" in envelope);
    const sealed = String(envelope.key);
    assert.ok(opens(sealed, MASTER), "the right key has to open it, or the test shows nothing");
    // Every text of 32 bytes in hex that lies about.
    const texts = (await Promise.all(files.map((path) => readFile(path, "latin1")))).join("\n");
    const candidates = new Set(texts.match(/[0-9a-f]{64}/g));
    assert.ok(candidates.size >= KEYS);
    for (const candidate of candidates) assert.ok(!opens(sealed, candidate));
  });

  it("A-11: files and directory are their owner's alone", async (t) => {
    if (process.platform === "win32") {
      t.skip("no such permissions");
      return;
    }
    for (const path of [dataDir, ...(await filesBelow(dataDir))]) {
      assert.equal((await stat(path)).mode & 0o077, 0, path);
    }
  });

  it("A-11: without its master key the program does not start, and says which it needs", async () => {
    assert.equal(await gateway.stop(), 0);
    const other = { SPILLWAY_MASTER_KEY: "ab".repeat(15) + "cd".repeat(17) };
    await assert.rejects(
      startTestGateway(upstream.url, { dataDir, env: other }),
      /sealed by the master key/,
    );
    await assert.rejects(startTestGateway(upstream.url, { dataDir }), /sealed by the master key/);
  });
});

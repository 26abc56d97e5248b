import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Secret } from "../base/secret.ts";
import { configSchema } from "../config/schema.ts";
import { PROVIDERS } from "../upstream/providers/registry.generated.ts";
import { type CloudAccess, foreignSection, openCloud, type Surroundings } from "./clouds.ts";

const KEYS = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret" };
const REQUEST = { method: "POST", target: "/model/m/invoke", headers: [], body: Buffer.from("{}") };

function entryOf(values: object) {
  const parsed = configSchema.parse({ providers: { p: values } });
  const entry = parsed.providers["p"];
  assert.ok(entry !== undefined);
  const key = entry.key === undefined ? undefined : new Secret(entry.key);
  return { ...entry, key, keys: [] };
}

async function open(values: object, env: Surroundings["env"], homeDir = "/no/home") {
  const cloud = PROVIDERS.get("bedrock")?.cloud;
  assert.ok(cloud !== undefined);
  return await openCloud(cloud, entryOf(values), {
    env,
    homeDir,
    clock: { now: () => Date.parse("2026-11-26T00:00:00Z") },
    openWay: () => assert.fail("nobody has to be asked"),
  });
}

async function signatureOf(access: CloudAccess, stored?: Secret): Promise<string> {
  const signed = await access.sign?.(REQUEST, stored);
  assert.ok(signed?.ok === true);
  return signed.value.fields.join(" ");
}

describe("openCloud", () => {
  it("finds a service of AWS by its region, the entry's first", async () => {
    const cases: readonly (readonly [object, Surroundings["env"], string])[] = [
      [{ aws: { region: "ap-south-1" } }, { ...KEYS, AWS_REGION: "us-east-1" }, "ap-south-1"],
      [{}, { ...KEYS, AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "us-east-1" }, "eu-west-1"],
      [{}, { ...KEYS, AWS_REGION: "", AWS_DEFAULT_REGION: "us-east-1" }, "us-east-1"],
    ];
    for (const [values, env, region] of cases) {
      const access = await open(values, env);
      assert.ok(access.ok);
      assert.equal(access.value.baseUrl, `https://bedrock-runtime.${region}.amazonaws.com`);
      assert.match(await signatureOf(access.value), new RegExp(`/20261126/${region}/bedrock/`));
    }
    const china = await open({ aws: { region: "cn-north-1" } }, KEYS);
    assert.match(china.ok ? china.value.baseUrl : "", /cn-north-1\.amazonaws\.com\.cn$/);
  });

  it("takes the region of the profile, and its keys", async () => {
    const home = await mkdtemp(join(tmpdir(), "spillway-aws-"));
    await mkdir(join(home, ".aws"));
    await writeFile(
      join(home, ".aws/config"),
      "[profile work]\nregion = eu-central-1\naws_access_key_id = AKIAWORK\naws_secret_access_key = s\n",
    );
    const access = await open({ aws: { profile: "work" } }, KEYS, home);
    assert.ok(access.ok);
    assert.match(access.value.baseUrl, /eu-central-1/);
    assert.match(await signatureOf(access.value), /Credential=AKIAWORK\//);
    await rm(home, { recursive: true, force: true });
  });

  it("says which field is missing", async () => {
    const access = await open({}, KEYS);
    assert.match(access.ok ? "" : access.error, /^\.aws\.region is needed/);
  });

  it("sends a key as it is, and signs nothing then", async () => {
    const bearer = { AWS_BEARER_TOKEN_BEDROCK: "bedrock-api-key", AWS_REGION: "us-east-1" };
    const ofEnvironment = await open({}, { ...KEYS, ...bearer });
    assert.ok(ofEnvironment.ok);
    assert.equal(ofEnvironment.value.key?.reveal(), "bedrock-api-key");
    assert.equal(ofEnvironment.value.sign, undefined);
    const ofEntry = await open({ key: "the-entry's" }, { ...KEYS, ...bearer });
    assert.equal(ofEntry.ok ? ofEntry.value.key?.reveal() : "", "the-entry's");
    const stored = await open({ aws: { region: "us-east-1" } }, KEYS);
    assert.ok(stored.ok);
    assert.equal(await signatureOf(stored.value, new Secret("stored")), "");
  });
});

describe("foreignSection", () => {
  it("names the section of a cloud that a provider is not at", () => {
    const entry = entryOf({ aws: { region: "us-east-1" } });
    assert.equal(foreignSection(undefined, entry), "aws");
    assert.equal(foreignSection(PROVIDERS.get("bedrock")?.cloud, entry), undefined);
    assert.equal(foreignSection(undefined, entryOf({})), undefined);
  });
});

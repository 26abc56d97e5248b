import assert from "node:assert/strict";
import { generateKeyPairSync, verify } from "node:crypto";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { CredentialQuestion } from "../ask-url.ts";
import { openAccessTokens, projectOf } from "./chain.ts";
import type { CredentialOptions } from "./source.ts";

const NOW = Date.parse("2026-11-26T00:00:00Z");
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const LOGIN = "/home/me/.config/gcloud/application_default_credentials.json";
const METADATA =
  "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token";
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const PEM = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const ACCOUNT = {
  type: "service_account",
  project_id: "my-project",
  private_key_id: "kid-1",
  private_key: PEM,
  client_email: "spillway@my-project.iam.gserviceaccount.com",
  token_uri: "https://oauth2.googleapis.com/token",
};
const USER = {
  type: "authorized_user",
  client_id: "client-1",
  client_secret: "client-secret",
  refresh_token: "1//refresh",
  quota_project_id: "quota-project",
};
const POOL = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x";
const EXTERNAL = {
  type: "external_account",
  audience: POOL,
  subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
  token_url: "https://sts.googleapis.com/v1/token",
};
const ACT_AS =
  "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b.iam.gserviceaccount.com:generateAccessToken";

const TOKEN = JSON.stringify({ access_token: "ya29.one", expires_in: 3_600, token_type: "Bearer" });
const FEDERATED = JSON.stringify({ access_token: "ya29.federated", expires_in: 3_600 });
const IMPERSONATED = JSON.stringify({
  accessToken: "ya29.acting",
  expireTime: "2026-11-26T01:00:00Z",
});

type Answers = Readonly<
  Record<string, string | { readonly status: number; readonly text: string }>
>;

/** A machine with these variables and files, on which these addresses answer. */
class Machine {
  readonly asked: CredentialQuestion[] = [];
  readonly options: CredentialOptions;

  constructor(
    machine: Partial<Pick<CredentialOptions, "env" | "file" | "now">> & {
      readonly files?: Readonly<Record<string, object | string>>;
      readonly answers?: Answers;
    },
  ) {
    const { files = {}, answers = {}, ...rest } = machine;
    this.options = {
      env: {},
      homeDir: "/home/me",
      file: undefined,
      now: () => NOW,
      readFile: async (path) => {
        const file = files[path];
        return typeof file === "object" ? JSON.stringify(file) : file;
      },
      askUrl: async (question) => {
        this.asked.push(question);
        const answer = answers[question.url];
        if (answer === undefined) return { failure: "it took too long" };
        return typeof answer === "string"
          ? { status: 200, body: Buffer.from(answer) }
          : { status: answer.status, body: Buffer.from(answer.text) };
      },
      ...rest,
    };
  }

  /** The token and the project that it counts against, or why there is none. */
  async find(): Promise<readonly (string | undefined)[] | string> {
    const found = await openAccessTokens(this.options).get();
    if (!found.ok) return found.error.message;
    return [found.value.token.reveal(), found.value.quotaProject];
  }

  form(at = 0): URLSearchParams {
    return new URLSearchParams(this.asked[at]?.body);
  }
}

describe("openAccessTokens", () => {
  it("signs for a service account's token, and sends nothing but that", async () => {
    const machine = new Machine({
      env: { GOOGLE_APPLICATION_CREDENTIALS: "/sa.json" },
      files: { "/sa.json": ACCOUNT, [LOGIN]: USER },
      answers: { [ACCOUNT.token_uri]: TOKEN },
    });
    assert.deepEqual(await machine.find(), ["ya29.one", undefined]);
    assert.equal(machine.asked.length, 1);
    assert.equal(machine.form().get("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    const [header = "", claims = "", signature = ""] = (
      machine.form().get("assertion") ?? ""
    ).split(".");
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
    assert.deepEqual(read(header), { alg: "RS256", typ: "JWT", kid: "kid-1" });
    assert.deepEqual(read(claims), {
      iss: ACCOUNT.client_email,
      scope: SCOPE,
      aud: ACCOUNT.token_uri,
      iat: NOW / 1_000,
      exp: NOW / 1_000 + 3_600,
    });
    const text = Buffer.from(`${header}.${claims}`);
    assert.ok(verify("RSA-SHA256", text, publicKey, Buffer.from(signature, "base64url")));
  });

  it("fetches once for all who wait, again ahead of the end, and anew once it was refused", async () => {
    let now = NOW;
    const machine = new Machine({
      file: "/sa.json",
      files: { "/sa.json": ACCOUNT },
      answers: { [ACCOUNT.token_uri]: TOKEN },
      now: () => now,
    });
    const tokens = openAccessTokens(machine.options);
    await Promise.all([tokens.get(), tokens.get(), tokens.get()]);
    assert.equal(machine.asked.length, 1);
    now += 55 * 60_000;
    await tokens.get();
    assert.equal(machine.asked.length, 1);
    now += 2 * 60_000;
    const found = await tokens.get();
    await turn();
    assert.equal(machine.asked.length, 2);
    assert.ok(found.ok);
    const current = await tokens.get();
    assert.ok(current.ok);
    tokens.forget(found.value);
    await tokens.get();
    assert.equal(machine.asked.length, 2);
    tokens.forget(current.value);
    await tokens.get();
    assert.equal(machine.asked.length, 3);
  });

  it("takes the login of gcloud, whose requests count against a project", async () => {
    const machine = new Machine({
      files: { [LOGIN]: USER },
      answers: { "https://oauth2.googleapis.com/token": TOKEN },
    });
    assert.deepEqual(await machine.find(), ["ya29.one", "quota-project"]);
    assert.deepEqual(Object.fromEntries(machine.form()), {
      grant_type: "refresh_token",
      client_id: "client-1",
      client_secret: "client-secret",
      refresh_token: "1//refresh",
    });
    const path = "/elsewhere/application_default_credentials.json";
    const moved = new Machine({
      env: { CLOUDSDK_CONFIG: "/elsewhere" },
      files: { [path]: USER },
      answers: { "https://oauth2.googleapis.com/token": TOKEN },
    });
    assert.deepEqual(await moved.find(), ["ya29.one", "quota-project"]);
  });

  it("exchanges the token in a file for one of Google's", async () => {
    const machine = new Machine({
      file: "/wif.json",
      files: {
        "/wif.json": { ...EXTERNAL, credential_source: { file: "/token" } },
        "/token": "eyJ.web.identity\n",
      },
      answers: { [EXTERNAL.token_url]: FEDERATED },
    });
    assert.deepEqual(await machine.find(), ["ya29.federated", undefined]);
    assert.deepEqual(Object.fromEntries(machine.form()), {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      audience: POOL,
      scope: SCOPE,
      requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
      subject_token: "eyJ.web.identity",
      subject_token_type: EXTERNAL.subject_token_type,
    });
  });

  it("exchanges the token that an address gives, and that for a service account's", async () => {
    const url = "http://169.254.169.254/metadata/identity/oauth2/token?resource=x";
    const machine = new Machine({
      file: "/wif.json",
      files: {
        "/wif.json": {
          ...EXTERNAL,
          service_account_impersonation_url: ACT_AS,
          service_account_impersonation: { token_lifetime_seconds: 600 },
          credential_source: {
            url,
            headers: { Metadata: "True" },
            format: { type: "json", subject_token_field_name: "access_token" },
          },
        },
      },
      answers: {
        [url]: JSON.stringify({ access_token: "eyJ.azure" }),
        [EXTERNAL.token_url]: FEDERATED,
        [ACT_AS]: IMPERSONATED,
      },
    });
    assert.deepEqual(await machine.find(), ["ya29.acting", undefined]);
    assert.deepEqual(machine.asked[0]?.fields, ["Metadata", "True"]);
    assert.equal(machine.form(1).get("subject_token"), "eyJ.azure");
    const [, , last] = machine.asked;
    assert.deepEqual(last?.fields.slice(2), ["authorization", "Bearer ya29.federated"]);
    assert.deepEqual(JSON.parse(last?.body ?? ""), { scope: [SCOPE], lifetime: "600s" });
  });

  it("proves a workload at AWS by a signed request that Google sends in its place", async () => {
    const machine = new Machine({
      env: {
        AWS_REGION: "eu-west-1",
        AWS_ACCESS_KEY_ID: "AKIAENV",
        AWS_SECRET_ACCESS_KEY: "env/secret",
        AWS_SESSION_TOKEN: "env-token",
      },
      file: "/wif.json",
      files: {
        "/wif.json": {
          ...EXTERNAL,
          credential_source: {
            environment_id: "aws1",
            regional_cred_verification_url:
              "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
          },
        },
      },
      answers: { [EXTERNAL.token_url]: FEDERATED },
    });
    assert.deepEqual(await machine.find(), ["ya29.federated", undefined]);
    const proof: unknown = JSON.parse(
      decodeURIComponent(machine.form().get("subject_token") ?? ""),
    );
    assert.deepEqual(proof, {
      url: "https://sts.eu-west-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
      method: "POST",
      headers: [
        { key: "host", value: "sts.eu-west-1.amazonaws.com" },
        { key: "x-goog-cloud-target-resource", value: POOL },
        { key: "x-amz-date", value: "20261126T000000Z" },
        { key: "x-amz-security-token", value: "env-token" },
        {
          key: "authorization",
          value:
            "AWS4-HMAC-SHA256 Credential=AKIAENV/20261126/eu-west-1/sts/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=872281271bdd0e92e7552a7f9ba11b1d849314e86edd4af27cf03a1d50fe9b8c",
        },
      ],
    });
  });

  it("acts as a service account for a person", async () => {
    const machine = new Machine({
      files: {
        [LOGIN]: {
          type: "impersonated_service_account",
          service_account_impersonation_url: ACT_AS,
          delegates: ["d@b.iam.gserviceaccount.com"],
          source_credentials: USER,
        },
      },
      answers: { "https://oauth2.googleapis.com/token": TOKEN, [ACT_AS]: IMPERSONATED },
    });
    assert.deepEqual(await machine.find(), ["ya29.acting", undefined]);
    assert.deepEqual(JSON.parse(machine.asked[1]?.body ?? ""), {
      scope: [SCOPE],
      lifetime: "3600s",
      delegates: ["d@b.iam.gserviceaccount.com"],
    });
  });

  it("asks the metadata server last, in its own way", async () => {
    const machine = new Machine({ answers: { [METADATA]: TOKEN } });
    assert.deepEqual(await machine.find(), ["ya29.one", undefined]);
    assert.deepEqual(machine.asked[0]?.fields, ["metadata-flavor", "Google"]);
    const other = new Machine({
      env: { GCE_METADATA_HOST: "127.0.0.1:8080" },
      answers: { [METADATA.replace("metadata.google.internal", "127.0.0.1:8080")]: TOKEN },
    });
    assert.deepEqual(await other.find(), ["ya29.one", undefined]);
    const without = new Machine({ answers: { [METADATA]: { status: 404, text: "no account" } } });
    assert.match(String(await without.find()), /metadata server gives no token: it answered 404/);
  });

  it("says where it looked when nobody has any", async () => {
    const machine = new Machine({});
    assert.match(
      String(await machine.find()),
      /There are no Google credentials.*GOOGLE_APPLICATION_CREDENTIALS.*gcloud.*metadata/,
    );
    const off = new Machine({ env: { NO_GCE_CHECK: "true" } });
    assert.match(String(await off.find()), /There are no Google credentials/);
    assert.equal(off.asked.length, 0);
  });

  const wrong: readonly (readonly [string, object | string | undefined, RegExp])[] = [
    ["is not there", undefined, /there is no file \/named\.json/],
    ["is no JSON", "{", /\/named\.json is no JSON object/],
    ["has no type", {}, /it is of the type ""; known are authorized_user, external_account/],
    [
      "is of a type that is not known",
      { type: "gdch_service_account" },
      /it is of the type "gdch_service_account"/,
    ],
    ["has no key", { ...ACCOUNT, private_key: undefined }, /no client_email or no private_key/],
    ["has a broken key", { ...ACCOUNT, private_key: "x" }, /private_key of spillway@.* cannot be/],
    [
      "would have the assertion read on the way",
      { ...ACCOUNT, token_uri: "http://token.example/" },
      /neither by https nor on this machine/,
    ],
    [
      "has a program run",
      { ...EXTERNAL, credential_source: { executable: { command: "/bin/true" } } },
      /a program, and none is run here/,
    ],
    [
      "shows a certificate",
      { ...EXTERNAL, credential_source: { certificate: {} } },
      /a certificate, which is not supported/,
    ],
    [
      "names a token that is not there",
      { ...EXTERNAL, credential_source: { file: "/nowhere" } },
      /there is no token file \/nowhere/,
    ],
    ["names no source", { ...EXTERNAL, credential_source: {} }, /neither a file nor a url/],
    [
      "is AWS's, nobody knows where",
      {
        ...EXTERNAL,
        credential_source: { environment_id: "aws1", regional_cred_verification_url: "https://x" },
      },
      /AWS_REGION does not say where/,
    ],
    [
      "would have the federated token read on the way",
      { ...EXTERNAL, token_url: "http://sts.example/", credential_source: { file: "/token" } },
      /neither by https nor on this machine/,
    ],
    [
      "is a person's of whom nothing is left",
      { ...USER, refresh_token: "" },
      /no client_id, no client_secret or no refresh_token/,
    ],
  ];
  for (const [what, file, message] of wrong) {
    it(`says so when a credential file ${what}, and asks nobody`, async () => {
      const files = file === undefined ? {} : { "/named.json": file };
      const env = { GOOGLE_APPLICATION_CREDENTIALS: "/other.json" };
      const machine = new Machine({
        env,
        file: "/named.json",
        files: { ...files, "/token": "eyJ", "/other.json": ACCOUNT, [LOGIN]: USER },
      });
      const found = String(await machine.find());
      assert.match(found, message);
      assert.doesNotMatch(found, /BEGIN|1\/\/refresh|client-secret/);
      assert.equal(machine.asked.length, 0);
    });
  }

  it("repeats of a refusal the word alone, for the rest names people", async () => {
    const text = JSON.stringify({
      error: "invalid_grant",
      error_description: "Token of alice@corp.example has been revoked",
    });
    const machine = new Machine({
      files: { [LOGIN]: USER },
      answers: { "https://oauth2.googleapis.com/token": { status: 400, text } },
    });
    const found = String(await machine.find());
    assert.match(found, /gives none: it answered 400 \(invalid_grant\)$/);
    assert.doesNotMatch(found, /alice/);
  });
});

describe("projectOf", () => {
  it("is the credential file's own, or the one that a person's requests count against", async () => {
    const of = async (file: object) =>
      await projectOf(new Machine({ files: { [LOGIN]: file } }).options);
    assert.equal(await of(ACCOUNT), "my-project");
    assert.equal(await of(USER), "quota-project");
    assert.equal(await projectOf(new Machine({}).options), undefined);
    assert.equal(await projectOf(new Machine({ file: "/absent" }).options), undefined);
  });
});

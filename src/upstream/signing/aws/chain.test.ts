import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { CredentialQuestion } from "../ask-url.ts";
import { openCredentials } from "./chain.ts";
import type { CredentialOptions } from "./source.ts";

const NOW = Date.parse("2026-11-26T00:00:00Z");
const ROLE = "arn:aws:iam::123456789012:role/spillway";
const STS_ANSWER = `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
  <AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role/secret+1</SecretAccessKey>
  <SessionToken>role-token==</SessionToken><Expiration>2026-11-26T01:00:00Z</Expiration>
</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
const ROLE_ANSWER = JSON.stringify({
  AccessKeyId: "ASIAROLE",
  SecretAccessKey: "role/secret+1",
  Token: "role-token==",
  Expiration: "2026-11-26T01:00:00Z",
});

type Answers = Readonly<
  Record<string, string | { readonly status: number; readonly text: string }>
>;

/** A machine with these variables and files, on which these addresses answer. */
class Machine {
  readonly asked: CredentialQuestion[] = [];
  readonly #options: CredentialOptions;

  constructor(
    machine: Partial<Pick<CredentialOptions, "env" | "profile" | "now">> & {
      readonly files?: Readonly<Record<string, string>>;
      readonly answers?: Answers;
    },
  ) {
    const { files = {}, answers = {}, ...rest } = machine;
    this.#options = {
      env: {},
      homeDir: "/home/me",
      profile: undefined,
      region: "eu-west-1",
      now: () => NOW,
      readFile: async (path) => files[path],
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

  open() {
    return openCredentials(this.#options);
  }

  /** The three values that were found, or why none was. */
  async find(): Promise<readonly (string | undefined)[] | string> {
    const found = await this.open().get();
    if (!found.ok) return found.error.message;
    const { accessKeyId, secretAccessKey, sessionToken } = found.value;
    return [accessKeyId, secretAccessKey.reveal(), sessionToken?.reveal()];
  }
}

const ENVIRONMENT = { AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: "env/secret" };
const WEB_IDENTITY = { AWS_WEB_IDENTITY_TOKEN_FILE: "/token", AWS_ROLE_ARN: ROLE };
const CREDENTIALS = {
  "/home/me/.aws/credentials":
    "# mine\n[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key=default/secret # old\n\n[ work ]\naws_access_key_id=AKIAWORK\naws_secret_access_key=work/secret\naws_session_token=work-token\n",
};

describe("openCredentials", () => {
  it("takes the environment's before everything else", async () => {
    const env = { ...ENVIRONMENT, ...WEB_IDENTITY, AWS_SESSION_TOKEN: "env-token" };
    const machine = new Machine({ env, files: CREDENTIALS });
    assert.deepEqual(await machine.find(), ["AKIAENV", "env/secret", "env-token"]);
    assert.equal(machine.asked.length, 0);
  });

  it("takes a token of a cluster's to STS", async () => {
    const machine = new Machine({
      env: WEB_IDENTITY,
      files: { "/token": "eyJ.web.identity\n", ...CREDENTIALS },
      answers: { "https://sts.eu-west-1.amazonaws.com": STS_ANSWER },
    });
    assert.deepEqual(await machine.find(), ["ASIAROLE", "role/secret+1", "role-token=="]);
    const [question] = machine.asked;
    const form = new URLSearchParams(question?.body);
    assert.equal(form.get("Action"), "AssumeRoleWithWebIdentity");
    assert.equal(form.get("RoleArn"), ROLE);
    assert.equal(form.get("WebIdentityToken"), "eyJ.web.identity");
    assert.doesNotMatch(question?.fields.join() ?? "", /authorization/);
  });

  it("asks STS once for all who wait, and again ahead of the end", async () => {
    let now = NOW;
    const machine = new Machine({
      env: { ...WEB_IDENTITY, AWS_ENDPOINT_URL_STS: "http://127.0.0.1:1/sts" },
      files: { "/token": "eyJ" },
      answers: { "http://127.0.0.1:1/sts": STS_ANSWER },
      now: () => now,
    });
    const credentials = machine.open();
    await Promise.all([credentials.get(), credentials.get(), credentials.get()]);
    assert.equal(machine.asked.length, 1);
    now += 56 * 60_000;
    assert.equal((await credentials.get()).ok, true);
    await turn();
    assert.equal(machine.asked.length, 2);
  });

  it("says why STS lends nothing, without what it says of the account", async () => {
    const refusal =
      "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>Secret words</Message></Error></ErrorResponse>";
    const machine = new Machine({
      env: WEB_IDENTITY,
      files: { "/token": "eyJ" },
      answers: { "https://sts.eu-west-1.amazonaws.com": { status: 400, text: refusal } },
    });
    assert.match(
      String(await machine.find()),
      /STS does not lend the role .*it says InvalidIdentityToken$/,
    );
    const absent = new Machine({ env: WEB_IDENTITY });
    assert.match(String(await absent.find()), /the token file \/token does not exist/);
  });

  it("reads the profile that is named by the configuration, whatever the environment has", async () => {
    const machine = new Machine({ env: ENVIRONMENT, profile: "work", files: CREDENTIALS });
    assert.deepEqual(await machine.find(), ["AKIAWORK", "work/secret", "work-token"]);
  });

  it("reads the default profile, or AWS_PROFILE's", async () => {
    const machine = new Machine({ files: CREDENTIALS });
    assert.deepEqual(await machine.find(), ["AKIADEFAULT", "default/secret", undefined]);
    const named = new Machine({ env: { AWS_PROFILE: "work" }, files: CREDENTIALS });
    assert.deepEqual(await named.find(), ["AKIAWORK", "work/secret", "work-token"]);
  });

  it("takes on a profile's role with the keys of the profile that it names", async () => {
    const config = `[profile team]\nrole_arn = ${ROLE}\nsource_profile = work\nexternal_id = 42\n`;
    const machine = new Machine({
      profile: "team",
      files: { ...CREDENTIALS, "/home/me/.aws/config": config },
      answers: { "https://sts.eu-west-1.amazonaws.com": STS_ANSWER },
    });
    assert.deepEqual(await machine.find(), ["ASIAROLE", "role/secret+1", "role-token=="]);
    const [question] = machine.asked;
    assert.equal(new URLSearchParams(question?.body).get("Action"), "AssumeRole");
    assert.equal(new URLSearchParams(question?.body).get("ExternalId"), "42");
    const fields = question?.fields.join("\n") ?? "";
    assert.match(fields, /Credential=AKIAWORK\/20261126\/eu-west-1\/sts\/aws4_request/);
    assert.match(fields, /x-amz-security-token\nwork-token/);
  });

  it("reads a profile anew after a while, for its keys are exchanged", async () => {
    let now = NOW;
    const files: Record<string, string> = { ...CREDENTIALS };
    const machine = new Machine({ files, now: () => now });
    const credentials = machine.open();
    await credentials.get();
    const path = "/home/me/.aws/credentials";
    files[path] = (files[path] ?? "").replace("AKIADEFAULT", "AKIANEW");
    now += 11 * 60_000;
    const found = await credentials.get();
    assert.equal(found.ok && found.value.accessKeyId, "AKIANEW");
  });

  it("says what is wrong with a profile", async () => {
    const absent = new Machine({ profile: "nobody", files: CREDENTIALS });
    assert.match(String(await absent.find()), /there is no profile "nobody"/);
    const config =
      "[profile sso]\nsso_session = corp\nsso_account_id = 1\n[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = a\n";
    const files = { "/home/me/.aws/config": config };
    const sso = new Machine({ profile: "sso", files });
    assert.match(
      String(await sso.find()),
      /sso_session.*aws configure export-credentials --profile sso/,
    );
    const circle = new Machine({ profile: "a", files });
    assert.match(String(await circle.find()), /has no credentials/);
  });

  it("asks a container's agent, with its token", async () => {
    const machine = new Machine({
      env: {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: "/pod-token",
      },
      files: { "/pod-token": "pod\n" },
      answers: { "http://169.254.170.23/v1/credentials": ROLE_ANSWER },
    });
    assert.deepEqual(await machine.find(), ["ASIAROLE", "role/secret+1", "role-token=="]);
    assert.deepEqual(machine.asked[0]?.fields, ["authorization", "pod"]);
    const relative = new Machine({
      env: { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/credentials/1" },
      answers: { "http://169.254.170.2/v2/credentials/1": ROLE_ANSWER },
    });
    assert.equal((await relative.find())[0], "ASIAROLE");
  });

  it("gives the agent's token to no other host without TLS", async () => {
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://agent.example/credentials",
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "pod",
    };
    const machine = new Machine({ env });
    assert.match(String(await machine.find()), /AWS_CONTAINER_CREDENTIALS_FULL_URI/);
    assert.equal(machine.asked.length, 0);
  });

  it("asks the instance for its role, with a session's token alone", async () => {
    const roles = "http://169.254.169.254/latest/meta-data/iam/security-credentials/";
    const machine = new Machine({
      answers: {
        "http://169.254.169.254/latest/api/token": "session",
        [roles]: "spillway-role\n",
        [`${roles}spillway-role`]: ROLE_ANSWER,
      },
    });
    assert.deepEqual(await machine.find(), ["ASIAROLE", "role/secret+1", "role-token=="]);
    assert.deepEqual(
      machine.asked.map(({ method }) => method),
      ["PUT", "GET", "GET"],
    );
    assert.deepEqual(machine.asked[1]?.fields, ["x-aws-ec2-metadata-token", "session"]);
  });

  it("says where it looked when nobody has any, and does not ask an instance that it must not ask", async () => {
    const machine = new Machine({ env: { AWS_EC2_METADATA_DISABLED: "true" } });
    assert.match(String(await machine.find()), /There are no AWS credentials.*~\/\.aws.*instance/);
    assert.equal(machine.asked.length, 0);
  });
});

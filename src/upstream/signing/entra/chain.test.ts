import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { CredentialQuestion } from "../ask-url.ts";
import { openTokens } from "./chain.ts";
import type { EntraOptions } from "./source.ts";

const NOW = Date.parse("2026-11-26T00:00:00Z");
const ENTRA = "https://login.example/tenant-1/oauth2/v2.0/token";
const APP = "http://127.0.0.1:41741/msi/token";
const MACHINE = "http://169.254.169.254/metadata/identity/oauth2/token";
const SECRET = { AZURE_CLIENT_SECRET: "s3cr3t~+&" };
const FEDERATED = { AZURE_FEDERATED_TOKEN_FILE: "/var/token" };
const IN_APP = { IDENTITY_ENDPOINT: APP, IDENTITY_HEADER: "only-for-the-agent" };

interface Told {
  readonly status?: number;
  readonly value: object | string;
}

/** A process with these variables, for which these addresses answer, without their query. */
class Place {
  readonly asked: CredentialQuestion[] = [];
  now = NOW;
  readonly #options: EntraOptions;

  constructor(
    place: Partial<EntraOptions> & { readonly answers?: Readonly<Record<string, Told>> },
  ) {
    const { answers = {}, ...rest } = place;
    this.#options = {
      env: {},
      scope: "https://ai.azure.com/.default",
      authority: "https://login.example",
      tenant: "tenant-1",
      client: "client-1",
      now: () => this.now,
      readFile: async (path) => (path === "/var/token" ? "federated-token\n" : undefined),
      askUrl: async (question) => {
        this.asked.push(question);
        const answer = answers[question.url.split("?", 1)[0] ?? ""];
        if (answer === undefined) return { failure: "it took too long" };
        const { status = 200, value } = answer;
        const text = typeof value === "string" ? value : JSON.stringify(value);
        return { status, body: Buffer.from(text) };
      },
      ...rest,
    };
  }

  open() {
    return openTokens(this.#options);
  }

  /** The token, or why there is none. */
  async find(): Promise<string> {
    const found = await this.open().get();
    return found.ok ? found.value.reveal() : `refused: ${found.error.message}`;
  }
}

const LENT = { token_type: "Bearer", expires_in: 3_600, access_token: "t-entra" };
const OF_AN_AGENT = { access_token: "t-agent", expires_on: String(NOW / 1_000 + 86_400) };

describe("openTokens", () => {
  it("proves an application by its secret, and sends that to Entra alone", async () => {
    const place = new Place({
      env: { ...SECRET, ...IN_APP },
      answers: { [ENTRA]: { value: LENT } },
    });
    assert.equal(await place.find(), "t-entra");
    const [question] = place.asked;
    assert.equal(place.asked.length, 1);
    assert.deepEqual([question?.method, question?.url], ["POST", ENTRA]);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(question?.body)), {
      grant_type: "client_credentials",
      client_id: "client-1",
      scope: "https://ai.azure.com/.default",
      client_secret: "s3cr3t~+&",
    });
  });

  it("takes a cluster's token to Entra as an assertion", async () => {
    const place = new Place({ env: FEDERATED, answers: { [ENTRA]: { value: LENT } } });
    assert.equal(await place.find(), "t-entra");
    const form = new URLSearchParams(place.asked[0]?.body);
    assert.equal(form.get("client_assertion"), "federated-token");
    assert.equal(
      form.get("client_assertion_type"),
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    );
    assert.equal(form.has("client_secret"), false);
  });

  it("asks the agent beside an app, and names the identity that is meant", async () => {
    const place = new Place({ env: IN_APP, answers: { [APP]: { value: OF_AN_AGENT } } });
    assert.equal(await place.find(), "t-agent");
    const [question] = place.asked;
    assert.equal(
      question?.url,
      `${APP}?api-version=2019-08-01&resource=https%3A%2F%2Fai.azure.com&client_id=client-1`,
    );
    assert.deepEqual(question.fields, ["x-identity-header", "only-for-the-agent"]);
  });

  it("asks the machine at last, which may have an identity of its own", async () => {
    const place = new Place({
      client: undefined,
      answers: { [MACHINE]: { value: OF_AN_AGENT } },
    });
    assert.equal(await place.find(), "t-agent");
    const [question] = place.asked;
    assert.equal(
      question?.url,
      `${MACHINE}?api-version=2018-02-01&resource=https%3A%2F%2Fai.azure.com`,
    );
    assert.deepEqual(question.fields, ["metadata", "true"]);
  });

  it("says where it looked when there is nothing", async () => {
    const place = new Place({});
    const told = await place.find();
    for (const name of ["AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE", "machine"]) {
      assert.ok(told.includes(name), told);
    }
  });

  const refusals: readonly (readonly [string, Partial<EntraOptions>, Told | undefined, RegExp])[] =
    [
      [
        "a wrong secret",
        { env: SECRET },
        {
          status: 401,
          value: {
            error: "invalid_client",
            error_description: "AADSTS7000215: Invalid client secret s3cr3t~+& for tenant-1.",
          },
        },
        /Entra answered 401 \(invalid_client, AADSTS7000215\)$/,
      ],
      ["no tenant", { env: SECRET, tenant: undefined }, undefined, /AZURE_TENANT_ID/],
      ["no client", { env: FEDERATED, client: "" }, undefined, /AZURE_CLIENT_ID/],
      [
        "a token file that is not there",
        { env: { AZURE_FEDERATED_TOKEN_FILE: "/nowhere" } },
        undefined,
        /token file \/nowhere does not exist/,
      ],
      [
        "a certificate that is none",
        { env: { AZURE_CLIENT_CERTIFICATE_PATH: "/var/token" } },
        undefined,
        /\/var\/token is no PEM file/,
      ],
      ["a page in a token's place", { env: SECRET }, { value: "<html>" }, /without a token/],
      ["an Entra that is silent", { env: SECRET }, undefined, /cannot be asked: it took too long/],
    ];
  for (const [what, place, told, words] of refusals) {
    it(`says no secret of ${what}`, async () => {
      const found = await new Place({
        ...place,
        ...(told === undefined ? {} : { answers: { [ENTRA]: told } }),
      }).find();
      assert.match(found, words);
      assert.doesNotMatch(found, /s3cr3t|federated-token/);
    });
  }

  it("asks once for all who wait, and anew ahead of the end", async () => {
    const place = new Place({ env: SECRET, answers: { [ENTRA]: { value: LENT } } });
    const tokens = place.open();
    await Promise.all(Array.from({ length: 20 }, async () => await tokens.get()));
    assert.equal(place.asked.length, 1);
    place.now += 3_000_000;
    await tokens.get();
    assert.equal(place.asked.length, 1);
    place.now += 400_000;
    const kept = await tokens.get();
    await turn();
    assert.equal(kept.ok, true);
    assert.equal(place.asked.length, 2);
  });

  it("knows when an agent's token ends, which is told as a time", async () => {
    const place = new Place({ env: IN_APP, answers: { [APP]: { value: OF_AN_AGENT } } });
    const tokens = place.open();
    await tokens.get();
    place.now += 80_000_000;
    await tokens.get();
    assert.equal(place.asked.length, 1);
    place.now += 6_200_000;
    await tokens.get();
    await turn();
    assert.equal(place.asked.length, 2);
  });
});

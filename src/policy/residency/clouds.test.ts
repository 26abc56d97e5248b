import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  couldSatisfy,
  decideResidency,
  isMisplaced,
  readDataPolicy,
  toEndpoints,
  type Vouching,
} from "./index.ts";

const bedrock = (region: string) => `https://bedrock-runtime.${region}.amazonaws.com`;
const CLAUDE = "anthropic.claude-sonnet-4-6";

function policyOf(name: string) {
  const policy = readDataPolicy(name);
  assert.ok(policy.ok && policy.value !== undefined);
  return policy.value;
}

/** What is decided, and where it was thought to go. */
function decide(policy: string, origin: string, model?: string, vouched: readonly Vouching[] = []) {
  const endpoints = vouched.flatMap((vouching) => {
    const rows = toEndpoints(vouching);
    assert.ok(rows.ok, rows.ok ? "" : rows.error);
    return rows.value;
  });
  const asked = { origin, model, inferenceGeo: undefined, endpoints };
  const { text, error } = decideResidency({ ...asked, policies: [policyOf(policy)] });
  return { isAllowed: error === undefined, place: text.split("; ")[1], message: error?.message };
}

describe("residency at clouds", () => {
  it("D-01: Bedrock's profile decides, with the region that is asked", () => {
    for (const [region, model, place] of [
      ["ap-south-1", CLAUDE, "in"],
      ["ap-south-1", `global.${CLAUDE}`, "global"],
      ["ap-south-1", `apac.${CLAUDE}`, "apac"],
      ["eu-central-1", `eu.${CLAUDE}`, "eu"],
      ["eu-central-1", CLAUDE, "de"],
      ["us-east-1", `us.${CLAUDE}`, "us"],
      ["ap-northeast-1", `jp.${CLAUDE}`, "jp"],
      ["ap-southeast-2", `au.${CLAUDE}`, "au"],
      ["us-gov-west-1", `us-gov.${CLAUDE}`, "us"],
      ["eu-west-1", "zai.glm-4.6", "ie"],
      ["us-east-1", `arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.${CLAUDE}`, "us"],
      ["us-east-1", `arn:aws:bedrock:us-east-1::foundation-model/${CLAUDE}`, "us"],
    ] as const) {
      assert.equal(decide("us_only", bedrock(region), model).place, place, `${region} ${model}`);
    }
  });

  it("D-01: what does not say where it leads satisfies nothing", () => {
    for (const [region, model] of [
      ["ca-central-1", `us.${CLAUDE}`],
      ["eu-west-2", `eu.${CLAUDE}`],
      ["ap-south-1", `in.${CLAUDE}`],
      ["us-east-1", `eu.${CLAUDE}`],
      ["us-east-1", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"],
      ["us-east-1", "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc"],
      ["us-east-1", `US.${CLAUDE}`],
      ["us-east-1", undefined],
      ["us-moon-1", `us.${CLAUDE}`],
    ] as const) {
      assert.equal(
        decide("us_only", bedrock(region), model).place,
        "unknown",
        `${region} ${model}`,
      );
      for (const policy of ["us_only", "eu_only", "in_only", "apac_only"]) {
        assert.equal(decide(policy, bedrock(region), model).isAllowed, false, `${region} ${model}`);
      }
    }
  });

  it("D-01: a policy of India is met in the region alone, and by a profile that the operator vouches for", () => {
    const origin = bedrock("ap-south-1");
    assert.equal(decide("india_only", origin, "openai.gpt-oss-120b-1:0").isAllowed, true);
    const refused = decide("india_only", origin, `global.${CLAUDE}`);
    assert.match(
      refused.message ?? "",
      /With a model that has no profile in front of its id it would/,
    );
    const as = {
      kind: "place",
      place: "india",
      guarantee: "g",
      source: "s",
      verified: "2026-11-01",
    };
    const vouched = [{ origin, models: ["in.*"], as }] as readonly Vouching[];
    assert.equal(decide("india_only", origin, `in.${CLAUDE}`, vouched).isAllowed, true);
    assert.equal(decide("india_only", origin, `global.${CLAUDE}`, vouched).isAllowed, false);
    assert.equal(decide("eu_only", bedrock("eu-west-1"), `us.${CLAUDE}`).isAllowed, false);
  });

  it("Vertex: multi-regions and the regions that promise a jurisdiction", () => {
    for (const [host, place] of [
      ["aiplatform.eu.rep", "eu"],
      ["aiplatform.us.rep", "us"],
      ["us-east5-aiplatform", "us"],
      ["europe-west1-aiplatform", "eu"],
      ["europe-west2-aiplatform", "unknown"],
      ["asia-south1-aiplatform", "unknown"],
      ["aiplatform", "global"],
    ] as const) {
      const origin = `https://${host}.googleapis.com`;
      assert.equal(decide("us_only", origin, "claude-opus-5-5").place, place, host);
    }
    assert.equal(
      decide("de_only", "https://europe-west3-aiplatform.googleapis.com").isAllowed,
      false,
    );
  });

  it("Azure: the type of the deployment decides, as the operator tells it", () => {
    const origin = "https://ours.services.ai.azure.com";
    const place = (type: string, region: string) =>
      decide("us_only", origin, "opus", [{ origin, as: { kind: "azure", type, region } }]).place;
    assert.equal(place("GlobalStandard", "eastus2"), "global");
    assert.equal(place("DataZoneStandard", "eastus2"), "us");
    assert.equal(place("DataZoneStandard", "swedencentral"), "eu");
    assert.equal(place("Standard", "centralindia"), "in");
    assert.equal(decide("us_only", origin, "opus").place, "unknown");
    const wrong = (type: string, region: string) => {
      const rows = toEndpoints({ origin, as: { kind: "azure", type, region } });
      return rows.ok ? "" : rows.error;
    };
    assert.match(wrong("DataZoneStandard", "japaneast"), /japaneast is in no data zone/);
    assert.match(wrong("Fast", "eastus2"), /no type of deployment: "Fast"/);
    assert.match(wrong("Standard", "moon"), /not known where/);
  });

  it("S4-05: another way to an endpoint has what the endpoint has, and no more", () => {
    const origin = "https://vpce-1.example";
    const vouched: Vouching[] = [{ origin, as: { kind: "same", origin: bedrock("eu-west-1") } }];
    assert.equal(decide("eu_only", origin, `eu.${CLAUDE}`, vouched).isAllowed, true);
    assert.equal(decide("eu_only", origin, `global.${CLAUDE}`, vouched).isAllowed, false);
    const [some] = vouched.map((each) => ({ ...each, models: ["*sonnet*"] }));
    assert.ok(some !== undefined);
    assert.equal(decide("eu_only", origin, `eu.${CLAUDE}`, [some]).isAllowed, true);
    assert.equal(decide("eu_only", origin, "eu.anthropic.claude-opus-5", [some]).isAllowed, false);
    const unknown = toEndpoints({
      origin,
      as: { kind: "same", origin: "https://nowhere.example" },
    });
    assert.equal(unknown.ok, false);
  });

  it("knows who could satisfy a policy at all", () => {
    const could = (origin: string, ...names: string[]) =>
      couldSatisfy({ origin, policies: names.map(policyOf), endpoints: [] });
    assert.equal(could("https://api.anthropic.com", "us_only"), true);
    assert.equal(could("https://api.anthropic.com", "in_only"), false);
    assert.equal(could(bedrock("ap-south-1"), "in_only"), true);
    assert.equal(could("https://nowhere.example", "us_only"), false);
    assert.equal(could("https://nowhere.example"), true);
  });

  it("D-01: an answer that was made elsewhere is told from one that was not", () => {
    const us = { policies: [policyOf("us_only")], inferenceGeo: undefined };
    assert.equal(isMisplaced(us, "us"), false);
    for (const elsewhere of ["global", "eu", "not_available", ""]) {
      assert.equal(isMisplaced(us, elsewhere), true, elsewhere);
    }
    assert.equal(isMisplaced({ policies: [], inferenceGeo: "us" }, "global"), true);
    assert.equal(isMisplaced({ policies: [], inferenceGeo: "global" }, "us"), false);
    assert.equal(isMisplaced({ policies: [], inferenceGeo: undefined }, "global"), false);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FunctionTool, ServerTool } from "../../../canonical/index.ts";
import { ASKED } from "../hub.fixture.ts";
import { askedSearch, offerSearch } from "./offer.ts";

const TYPE = "web_search_20260318";

function searchTool(more: object = {}): ServerTool {
  return {
    type: "server",
    kind: TYPE,
    name: "web_search",
    raw: { type: TYPE, name: "web_search", ...more },
  };
}

function functionTool(name: string): FunctionTool {
  return { type: "function", name, schema: { type: "object" }, isDeferred: false };
}

const ANYWHERE = { takesCountry: true };

describe("the offer of a search", () => {
  it("stands where the tool stood, and the choice of the tool is one of it", () => {
    const tools = [functionTool("a"), searchTool(), functionTool("b"), searchTool()];
    const toolChoice = { type: "tool", name: "web_search" } as const;
    const asked = { ...ASKED, tools, toolChoice };
    const found = askedSearch(asked);
    assert.ok(found !== undefined);
    const { said, name } = offerSearch(asked, found, ANYWHERE);
    assert.deepEqual(
      said.tools.map((tool) => `${tool.type} ${tool.name}`),
      ["function a", "function web_search", "function b"],
    );
    assert.equal(name, "web_search");
    assert.deepEqual(said.toolChoice, toolChoice);
  });

  it("leaves a name to the client's own function", () => {
    const tool = searchTool();
    const tools = [functionTool("web_search"), tool, functionTool("web_search_2")];
    const toolChoice = { type: "tool", name: "web_search" } as const;
    const { said, name } = offerSearch({ ...ASKED, tools, toolChoice }, tool, ANYWHERE);
    assert.equal(name, "web_search_3");
    assert.deepEqual(said.toolChoice, toolChoice);
  });

  it("reads the limits, and names what is not honoured", () => {
    const tool = searchTool({
      max_uses: 3,
      allowed_domains: ["a.org"],
      user_location: { type: "approximate", country: "DE", city: "Ulm", region: null },
      allowed_callers: ["direct"],
      cache_control: { type: "ephemeral" },
    });
    const offer = offerSearch({ ...ASKED, tools: [tool] }, tool, ANYWHERE);
    assert.equal(offer.maxUses, 3);
    assert.deepEqual(offer.limits, {
      allowedDomains: ["a.org"],
      blockedDomains: [],
      country: "DE",
    });
    assert.deepEqual(offer.lossy, [
      "tools[].web_search.user_location",
      "tools[].web_search.allowed_callers",
    ]);
  });

  it("loses a country only where the provider takes none", () => {
    const tool = searchTool({ user_location: { type: "approximate", country: "DE" } });
    const asked = { ...ASKED, tools: [tool] };
    assert.deepEqual(offerSearch(asked, tool, ANYWHERE).lossy, []);
    assert.equal(offerSearch(asked, tool, { takesCountry: false }).lossy.length, 1);
    const google: ServerTool = { ...tool, kind: "web_search", raw: { googleSearch: {} } };
    assert.deepEqual(offerSearch({ ...ASKED, tools: [google] }, google, ANYWHERE).lossy, []);
  });
});

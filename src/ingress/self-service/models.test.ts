import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openScene } from "./self-service.fixture.ts";

describe("GET /control/models", () => {
  it("has every model by its name, and the other providers' as the picker takes them", async () => {
    await using scene = await openScene();
    const { status, json } = await scene.ask("control", "GET", "/control/models");
    assert.equal(status, 200);
    assert.deepEqual(json, {
      models: [
        { id: "claude-x", provider: "anthropic", display_name: "Claude X" },
        { id: "groq/llama", provider: "groq", display_name: "Llama" },
      ],
      picker: [
        { id: "claude-spillway-groq/llama", display_name: "groq/llama" },
        { id: "claude-spillway-groq/llama[1m]", display_name: "groq/llama (1M context)" },
      ],
      unavailable: ["mistral"],
    });
  });
});

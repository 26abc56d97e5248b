import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readClientInfo } from "./client.ts";

const productOf = (userAgent: string) => readClientInfo(["User-Agent", userAgent]);

describe("readClientInfo", () => {
  it("reads the first product of a User-Agent", () => {
    assert.deepEqual(productOf("claude-cli/2.1.329 (external, cli)"), {
      name: "claude-cli",
      version: "2.1.329",
    });
    assert.deepEqual(productOf("Anthropic/JS 1.11.0"), { name: "Anthropic/JS", version: "1.11.0" });
    assert.deepEqual(productOf("curl/8.5.0"), { name: "curl", version: "8.5.0" });
    assert.deepEqual(productOf("something"), { name: "something" });
    assert.deepEqual(productOf("/1"), { name: "/1" });
    assert.deepEqual(productOf(""), {});
    assert.deepEqual(readClientInfo([]), {});
  });

  it("reads what Claude Code says of its work, the first of each", () => {
    assert.deepEqual(
      readClientInfo([
        "X-Claude-Code-Session-Id",
        "s-1",
        "x-claude-code-agent-id",
        "a-1",
        "x-claude-code-parent-agent-id",
        "a-0",
        "x-claude-code-prompt-id",
        "p-1",
        "x-claude-code-request-class",
        "main",
        "x-claude-code-session-id",
        "s-2",
      ]),
      {
        sessionId: "s-1",
        agentId: "a-1",
        parentAgentId: "a-0",
        promptId: "p-1",
        requestClass: "main",
      },
    );
  });

  it("H-10/H-14: keeps odd values inert and short", () => {
    const info = readClientInfo([
      "__proto__",
      "polluted",
      "x-claude-code-session-id",
      "__proto__",
      "x-claude-code-agent-id",
      "x".repeat(10_000),
      "user-agent",
      `${"u".repeat(1_000_000)}/1`,
    ]);
    assert.equal(Object.getPrototypeOf(info), Object.prototype);
    assert.equal(info.sessionId, "__proto__");
    assert.equal(info.agentId?.length, 200);
    assert.equal(info.name?.length, 200);
  });
});

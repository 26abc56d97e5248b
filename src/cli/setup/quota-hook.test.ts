import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isQuotaHook, quotaHook } from "./quota-hook.ts";

describe("quotaHook", () => {
  it("S1-147: is a PowerShell command on Windows that no other shell reads anything into", () => {
    const command = quotaHook("win32", String.raw`C:\Users\O'Brien\.claude\usage-status.md`);
    assert.match(command, /^powershell -NoProfile -NonInteractive -Command "[^"$`%]+"$/);
    assert.ok(
      command.includes(String.raw`-LiteralPath 'C:\Users\O''Brien\.claude\usage-status.md'`),
    );
    assert.match(
      command,
      /hookSpecificOutput=@\{hookEventName='UserPromptSubmit';additionalContext=/,
    );
    assert.ok(isQuotaHook(command));
  });

  it("is known as ours for any file, and others' commands are not", () => {
    assert.ok(isQuotaHook(quotaHook("linux", "/a/b.md")));
    assert.ok(!isQuotaHook("cat ~/.claude/usage-status.md"));
  });
});

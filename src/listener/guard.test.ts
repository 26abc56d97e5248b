import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, it } from "node:test";
import { allowedHosts, guard } from "./guard.ts";

const POLICY = {
  hosts: allowedHosts("127.0.0.1", ["host.docker.internal", "fd00::1"]),
  maxHeaderFields: 100,
};
const OWN = ["Host", "127.0.0.1:4080"];

function verdict(rawHeaders: readonly string[], httpVersion = "1.1"): string | undefined {
  const request = new IncomingMessage(new Socket());
  request.rawHeaders = [...rawHeaders];
  request.httpVersion = httpVersion;
  return guard(request, POLICY)?.code;
}

describe("guard", () => {
  for (const host of [
    "localhost",
    "LOCALHOST:4080",
    "127.0.0.1",
    "[::1]:4080",
    "host.docker.internal:4080",
    "[fd00::1]:4080",
  ]) {
    it(`W-01: answers for ${host}`, () => {
      assert.equal(verdict(["Host", host]), undefined);
    });
  }

  for (const host of [
    "evil.test",
    "evil.test:4080",
    "127.0.0.1.evil.test",
    "localhost.evil.test",
    "127.0.0.1@evil.test",
    "user@127.0.0.1",
    "127.0.0.1.",
    "127.0.0.1:4080:80",
    "0.0.0.0",
    "[::ffff:127.0.0.1]",
    "2130706433",
    "loc\u00e4lhost",
    "",
  ]) {
    it(`W-01/H-06: refuses the host ${JSON.stringify(host)}`, () => {
      assert.equal(verdict(["Host", host]), "host_not_allowed");
    });
  }

  it("H-06: refuses two Host fields, equal or not, and none", () => {
    assert.equal(verdict([...OWN, "host", "127.0.0.1:4080"]), "ambiguous_host");
    assert.equal(verdict([...OWN, "HOST", "evil.test"]), "ambiguous_host");
    assert.equal(verdict([]), "ambiguous_host");
  });

  it("H-06: takes no notice of forwarded hosts", () => {
    assert.equal(verdict([...OWN, "X-Forwarded-Host", "evil.test"]), undefined);
    assert.equal(
      verdict(["Host", "evil.test", "X-Forwarded-Host", "localhost"]),
      "host_not_allowed",
    );
  });

  it("echoes nothing but host characters of a refused host", () => {
    const request = new IncomingMessage(new Socket());
    request.rawHeaders = ["Host", `<script>"\u001b[31m${"x".repeat(500)}`];
    const message = guard(request, POLICY)?.message ?? "";
    assert.doesNotMatch(message, /[<>"\u001b]/);
    assert.ok(message.length < 300);
    assert.match(message, /listener\.hosts/);
  });

  for (const origin of [
    "http://evil.test",
    "https://127.0.0.1:4080",
    "http://localhost:3000",
    "http://localhost.evil.test",
    "http://127.0.0.1:4081",
    "null",
    "",
  ]) {
    it(`W-02/W-03: refuses a page of the origin ${JSON.stringify(origin)}`, () => {
      assert.equal(verdict([...OWN, "Origin", origin]), "origin_not_allowed");
    });
  }

  for (const site of ["cross-site", "same-site", "CROSS-SITE", "other"]) {
    it(`W-02: refuses Sec-Fetch-Site ${site}`, () => {
      assert.equal(verdict([...OWN, "Sec-Fetch-Site", site]), "origin_not_allowed");
    });
  }

  it("W-02: a foreign site is refused even with our own Origin", () => {
    assert.equal(
      verdict([...OWN, "Origin", "http://127.0.0.1:4080", "Sec-Fetch-Site", "cross-site"]),
      "origin_not_allowed",
    );
  });

  it("answers agents, typed addresses and pages of its own", () => {
    assert.equal(verdict(OWN), undefined);
    assert.equal(verdict([...OWN, "Sec-Fetch-Site", "none"]), undefined);
    assert.equal(verdict([...OWN, "Sec-Fetch-Site", "same-origin"]), undefined);
    assert.equal(verdict([...OWN, "Origin", "http://127.0.0.1:4080"]), undefined);
  });

  it("H-02: refuses Transfer-Encoding in HTTP/1.0", () => {
    assert.equal(verdict([...OWN, "Transfer-Encoding", "chunked"], "1.0"), "bad_framing");
    assert.equal(verdict([...OWN, "transfer-ENCODING", "chunked"], "1.0"), "bad_framing");
    assert.equal(verdict([...OWN, "Transfer-Encoding", "chunked"]), undefined);
    assert.equal(verdict(OWN, "1.0"), undefined);
  });

  it("H-08: refuses one field more than allowed, wherever a credential stands", () => {
    const fields = Array.from({ length: 99 }, (_, i) => [`x-${i}`, "1"]).flat();
    assert.equal(verdict([...OWN, ...fields]), undefined);
    assert.equal(verdict([...OWN, ...fields, "Authorization", "Bearer x"]), "too_many_headers");
  });
});

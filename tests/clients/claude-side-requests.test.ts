import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { join } from "node:path";
import { describe, it } from "node:test";
import { message } from "../upstream/answer.ts";
import { text, toolUse, webSearchBlocks } from "../upstream/messages.ts";
import { loopbackCertificate } from "./certificate.ts";
import { API_KEY, claudes, makeClaudeHome, runClaude } from "./claude.ts";
import { openLab } from "./lab.ts";

const PAGE = `<html><body><h1>A page</h1><p>${"words ".repeat(60)}</p></body></html>`;

for (const claude of await claudes()) {
  describe(`the side requests of Claude Code ${claude.version}`, () => {
    it("search the web", async () => {
      await using lab = await openLab();
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: API_KEY });
      lab.upstream.queue(
        "main",
        message({ content: [toolUse("WebSearch", { query: "hello world" }, "toolu_search")] }),
        message({ content: [text("Searched.")] }),
      );
      lab.upstream.on(
        "websearch",
        message({
          content: webSearchBlocks("hello world", "The found page", "https://found.example/"),
          finalUsage: { server_tool_use: { web_search_requests: 1 } },
        }),
      );
      const outcome = await runClaude(claude, home, {
        prompt: "search it",
        args: ["--allowedTools", "WebSearch"],
      });

      assert.equal(outcome.result, "Searched.", outcome.stderr);
      assert.equal(lab.upstream.ofKind("websearch").length, 1);
      assert.ok(lab.upstream.ofKind("main")[1]?.body.includes("The found page"));
      assert.ok(lab.assertBytesUnchanged() >= 3);
    });

    it("digest a fetched page", async () => {
      await using lab = await openLab();
      await using page = await servePage();
      await using home = await makeClaudeHome({
        claude,
        baseUrl: lab.url,
        login: API_KEY,
        // The check of the domain would go to Anthropic directly, not through the gateway.
        settings: { skipWebFetchPreflight: true },
        env: { NODE_EXTRA_CA_CERTS: "../ca.pem" },
      });
      await writeFile(join(home.home, "ca.pem"), page.certificate);
      lab.upstream.queue(
        "main",
        message({
          content: [toolUse("WebFetch", { url: page.url, prompt: "the title?" }, "toolu_fetch")],
        }),
        message({ content: [text("Fetched.")] }),
      );
      lab.upstream.on("webfetch", message({ content: [text("The digest of the page.")] }));
      const outcome = await runClaude(claude, home, {
        prompt: "fetch it",
        args: ["--allowedTools", "WebFetch"],
      });

      assert.equal(outcome.result, "Fetched.", outcome.stderr);
      assert.ok(lab.upstream.ofKind("webfetch")[0]?.body.includes("words words"));
      assert.ok(lab.upstream.ofKind("main")[1]?.body.includes("The digest of the page."));
      assert.ok(lab.assertBytesUnchanged() >= 3);
    });

    it("count the tokens of a big file", async () => {
      await using lab = await openLab();
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: API_KEY });
      const file = join(home.work, "big.txt");
      await writeFile(file, "a line of some length that repeats\n".repeat(1900));
      lab.upstream.queue(
        "main",
        message({ content: [toolUse("Read", { file_path: file }, "toolu_big")] }),
        message({ content: [text("Read it.")] }),
      );
      const outcome = await runClaude(claude, home, {
        prompt: "read it",
        args: ["--allowedTools", "Read"],
      });

      assert.equal(outcome.result, "Read it.", outcome.stderr);
      const [count] = lab.upstream.ofKind("count_tokens");
      assert.equal(count?.target, "/v1/messages/count_tokens?beta=true");
      const records = await lab.records((all) =>
        all.some((record) => record.operation === "count_tokens" && record.finish === "complete"),
      );
      const record = records.find((candidate) => candidate.operation === "count_tokens");
      assert.equal(record?.status, 200);
      assert.ok(lab.assertBytesUnchanged() >= 3);
    });
  });
}

/** An HTTPS page on loopback under a certificate made for this run. */
async function servePage(): Promise<
  AsyncDisposable & { readonly url: string; readonly certificate: string }
> {
  const { certificate, key } = loopbackCertificate();
  const server = createServer({ cert: certificate, key }, (_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(PAGE);
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `https://127.0.0.1:${address.port}/page`,
    certificate,
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

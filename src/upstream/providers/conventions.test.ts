import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { describe, it } from "node:test";
import { Secret } from "../../base/secret.ts";
import type { CanonicalRequest } from "../../canonical/index.ts";
import { anthropic } from "./anthropic/index.ts";
import { PROVIDERS } from "./registry.generated.ts";

const HERE = import.meta.dirname;
const SRC = join(HERE, "../..");

const folders = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** When a fact was looked up, or that it was seen on the wire. */
const DATED = /\(read \d{4}-\d{2}-\d{2}\)|recorded exchanges?, \d{4}-\d{2}/;

/** Where an id is also the name of something else: a dialect is called as the only provider that speaks it, a dialect's clients mean its maker's models, a cloud as one of its services, and an environment variable means one. */
const OTHER_MEANINGS: Readonly<Record<string, RegExp>> = {
  anthropic: /./,
  gemini: /^(?:upstream\/dialects|ingress|exchange)\//,
  openai: /^ingress\/openai-/,
  bedrock: /^ingress\/bedrock\//,
  vertex: /^(?:upstream\/dialects\/gemini\/traits|ingress\/vertex\/dialect)\.ts$/,
  azure: /^(?:composition|config|policy\/residency)\//,
  litellm: /^config\/router-variables\.ts$/,
};

const ODD_MODELS = [
  "m",
  "vendor/model",
  "accounts/vendor/models/model-v3p1",
  "Vendor/Model-Name:free",
  "../../../v1/files",
  "..",
  "a b\tc",
  "line\r\nbreak: x",
  "%2e%2e%2fv1",
  "model?key=1#part",
  "модель",
  "x".repeat(5_000),
];

describe("the providers' folders", () => {
  it("each hold a provider of their name, and are all in the registry", () => {
    const ids = [...PROVIDERS].map(([id, { id: own }]) => `${id} ${own}`);
    const expected = folders.filter((name) => name !== anthropic.id);
    assert.deepEqual(
      ids.toSorted(),
      expected.map((name) => `${name} ${name}`),
    );
    for (const id of folders) assert.match(id, /^[a-z0-9][a-z0-9-]{0,31}$/);
  });

  it("say on a page of about ten lines where the docs are, what the key is, and what is missing", () => {
    for (const folder of folders) {
      const page = readFileSync(join(HERE, folder, "README.md"), "utf8");
      assert.match(page, /^# .+\n\nDocs: \S[^]*\nDialect: \S[^]*\nAuth: \S[^]*\nAsk: \S/, folder);
      assert.match(page, /\nKnown gaps:\n\n- \S/, folder);
      assert.ok(page.split("\n").length <= 18, `${folder}/README.md is longer than a glance`);
    }
  });

  it("stay small: a provider of a shared dialect is at most 60 lines", () => {
    for (const folder of folders) {
      const lines = readFileSync(join(HERE, folder, "index.ts"), "utf8").split("\n").length - 1;
      assert.ok(lines <= 60, `${folder}/index.ts has ${lines} lines`);
    }
  });

  it("say of each oddity and of each address where it was read, and when", () => {
    for (const folder of folders) {
      for (const { file, comment } of folderComments(folder)) {
        const where = `${file}: ${comment}`;
        if (/\bsource:|@source\b/.test(comment)) assert.match(comment, DATED, where);
        for (const [, id] of comment.matchAll(/\bquirk\(([^)]*)\)/g)) {
          assert.equal(id, folder, where);
          assert.match(comment, /\bsource: \S/, where);
        }
      }
    }
    for (const [id, { defaultBaseUrl }] of PROVIDERS) {
      if (defaultBaseUrl === undefined) continue;
      const told = folderComments(id).some(({ comment }) => comment.includes("@source"));
      assert.ok(told, `${id}: nothing says where its address is from`);
    }
  });

  it("are the only place where a provider is called by its id", () => {
    for (const path of filesOf(SRC)) {
      const file = relative(SRC, path).split(sep).join("/");
      if (file.startsWith("upstream/providers/") || /\.(?:test|fixture)\.ts$/.test(file)) continue;
      const code = withoutComments(readFileSync(path, "utf8"));
      for (const id of folders) {
        if (OTHER_MEANINGS[id]?.test(file) === true) continue;
        assert.ok(!new RegExp(`["'\`]${id}["'\`]`).test(code), `${file} names "${id}"`);
      }
    }
  });
});

describe("every provider", () => {
  for (const [id, provider] of PROVIDERS) {
    it(`${id} is reached by https or on this machine, and only with a key where it needs one`, () => {
      const { defaultBaseUrl, needsKey, checkPath } = provider;
      assert.match(checkPath, /^(?:\/[\w.~-]+)+$/);
      if (defaultBaseUrl !== undefined) {
        const { protocol, hostname, href, search, hash } = new URL(defaultBaseUrl);
        const isLoopback = hostname === "127.0.0.1";
        assert.equal(protocol, isLoopback ? "http:" : "https:");
        assert.equal(needsKey, !isLoopback);
        assert.equal(search + hash, "");
        assert.equal(href.replace(/\/$/, ""), defaultBaseUrl);
      }
      const fields = provider.authorize(new Secret("k-e-y"));
      assert.equal(fields.length % 2, 0);
      assert.ok(fields.some((value) => value.endsWith("k-e-y")));
    });

    it(`${id} takes any model's name, and lets none of them choose where a request goes`, () => {
      const paths = new Set<string>();
      for (const model of ODD_MODELS) {
        const bound = provider.dialectFor(model);
        for (const stream of [false, true]) {
          const written = bound.writeRequest(hello(model, stream));
          // A dialect that has the name in its path refuses what cannot be one.
          if (!written.ok) {
            assert.match(written.error.message, /^model: /);
            continue;
          }
          const { path, body } = written.value;
          const url = new URL(`https://host.test/base${path}`);
          assert.equal(`${url.pathname}${url.search}`, `/base${path}`, model);
          assert.match(path, /^(?:\/(?:[\w.~:-]|%[0-9A-F]{2})+)+(?:\?alt=sse)?$/);
          // Behind the name stands what is done with it, or is done in a path of its own.
          const named = [`/${model}:`, `/${encodeURIComponent(model)}/`];
          const place = named.find((each) => path.includes(each));
          if (body["model"] === undefined) assert.ok(place !== undefined, path);
          else assert.equal(body["model"], model);
          paths.add(place === undefined ? path : path.replace(place, "/:"));
        }
      }
      // One for each dialect that it speaks, and of one that has the name in its path another for a stream.
      assert.ok(paths.size >= 1 && paths.size <= 3, [...paths].join());
    });
  }
});

function hello(model: string, stream: boolean): CanonicalRequest {
  return {
    model,
    system: [],
    turns: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
    tools: [],
    stream,
    stopSequences: [],
    extra: {},
  };
}

/** The comments of a folder's code, with neighbouring lines together. */
function folderComments(folder: string) {
  return filesOf(join(HERE, folder))
    .filter((path) => !path.endsWith(".test.ts"))
    .flatMap((path) => {
      const text = readFileSync(path, "utf8");
      const comments = text.match(/(?:^[ \t]*\/\/.*\n)+|\/\*\*[^]*?\*\//gm) ?? [];
      return comments.map((comment) => ({ file: relative(HERE, path), comment }));
    });
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map(({ parentPath, name }) => join(parentPath, name));
}

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Block, MediaSource } from "../../../canonical/index.ts";
import { assistant, call, inputOf, result, text, user, write } from "./request.fixture.ts";

const PNG: MediaSource = { kind: "base64", mediaType: "image/png", data: "AAAA" };
const PDF: MediaSource = { kind: "base64", mediaType: "application/pdf", data: "BBBB" };
const LINK: MediaSource = { kind: "url", url: "https://a/b" };
const FILE: MediaSource = { kind: "other", raw: { type: "file", file_id: "f" } };
const IMAGE_OMITTED = {
  type: "input_text",
  text: "[image omitted: the model cannot read it in this form]",
};
const DOCUMENT_OMITTED = {
  type: "input_text",
  text: "[document omitted: the model cannot read it in this form]",
};
const PNG_PART = { type: "input_image", image_url: "data:image/png;base64,AAAA", detail: "auto" };
const PDF_PART = {
  type: "input_file",
  filename: "document.pdf",
  file_data: "data:application/pdf;base64,BBBB",
};

const CASES: readonly (readonly [string, Block, object])[] = [
  ["an image", { type: "image", source: PNG }, PNG_PART],
  [
    "an image with its detail",
    { type: "image", source: PNG, extra: { detail: "low" } },
    { ...PNG_PART, detail: "low" },
  ],
  [
    "an image's address",
    { type: "image", source: LINK },
    { type: "input_image", image_url: "https://a/b", detail: "auto" },
  ],
  ["an image that another provider keeps", { type: "image", source: FILE }, IMAGE_OMITTED],
  ["a document", { type: "document", source: PDF }, PDF_PART],
  [
    "a document with a title",
    { type: "document", source: PDF, title: "a.pdf" },
    { ...PDF_PART, filename: "a.pdf" },
  ],
  [
    "a document's address",
    { type: "document", source: LINK },
    { type: "input_file", file_url: "https://a/b" },
  ],
  [
    "a document that is text",
    { type: "document", source: { kind: "text", text: "b" }, title: "a" },
    { type: "input_text", text: "a\n\nb" },
  ],
  ["a document that another provider keeps", { type: "document", source: FILE }, DOCUMENT_OMITTED],
];

describe("content parts", () => {
  for (const [name, block, part] of CASES) {
    it(`hold ${name}`, () => {
      assert.deepEqual(inputOf([user(block)]), [
        { type: "message", role: "user", content: [part] },
      ]);
    });
  }

  it("say what the upstream cannot read, and name it as lost", () => {
    const blocks: readonly Block[] = [
      { type: "image", source: PNG },
      { type: "document", source: PDF },
    ];
    const { body, lossy } = write({ turns: [user(...blocks)] }, { images: false, files: false });
    assert.deepEqual(body["input"], [
      { type: "message", role: "user", content: [IMAGE_OMITTED, DOCUMENT_OMITTED] },
    ]);
    assert.deepEqual(lossy, ["content[].image", "content[].document"]);
  });

  it("keep a tool's images within its output", () => {
    const picture = result("1", text("here"), { type: "image", source: PNG });
    assert.deepEqual(outputOf(picture), [{ type: "input_text", text: "here" }, PNG_PART]);
    assert.deepEqual(outputOf({ ...picture, isError: true }), [
      { type: "input_text", text: "Error:" },
      { type: "input_text", text: "here" },
      PNG_PART,
    ]);
  });

  it("put a tool's images behind all outputs where an output is text alone", () => {
    const turns = [
      assistant(call("1"), call("2")),
      user(result("1", { type: "image", source: PNG }), result("2", text("two"))),
    ];
    const [, , first, second, message] = inputOf(turns, { toolResultParts: false });
    assert.equal(first?.["output"], "[what this tool returned besides text follows below]");
    assert.equal(second?.["output"], "two");
    assert.deepEqual(message?.["content"], [
      { type: "input_text", text: "[returned by the tool call 1]" },
      PNG_PART,
    ]);
  });

  it("mark errors, and never leave an output empty", () => {
    assert.equal(outputOf(result("1")), "(no output)");
    assert.equal(outputOf({ ...result("1", text("no")), isError: true }), "Error: no");
    assert.equal(outputOf(result("1", text("a"), text("b"))), "a\nb");
    const reference: Block = {
      type: "opaque",
      kind: "tool_reference",
      raw: { type: "tool_reference", tool_name: "grep" },
    };
    assert.equal(outputOf(result("1", reference)), "[The tool grep is loaded.]");
  });
});

function outputOf(returned: Block): unknown {
  return inputOf([assistant(call("1")), user(returned)])[1]?.["output"];
}

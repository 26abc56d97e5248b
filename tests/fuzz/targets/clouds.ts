import assert from "node:assert/strict";
import { isObject } from "../../../src/base/json.ts";
import { readCloudBody } from "../../../src/ingress/read-cloud-body.ts";
import type { CloudShape } from "../../../src/upstream/cloud.ts";
import { provider as bedrock } from "../../../src/upstream/providers/bedrock/index.ts";
import { toldByGoogle } from "../../../src/upstream/providers/vertex/errors.ts";
import { provider as vertex } from "../../../src/upstream/providers/vertex/index.ts";
import { parsed } from "../mutate-json.ts";
import type { Target } from "../target.ts";

const SHAPES: Readonly<Record<string, CloudShape | undefined>> = {
  vertex: vertex.dialectFor("claude-opus-5-5").shape,
  bedrock: bedrock.dialectFor("anthropic.claude-opus-5-5").shape,
};
/** What clouds say elsewhere, or in a way of their own. */
const MOVED = ["model", "stream", "anthropic_version", "anthropic_beta"];

/** What is moved between Anthropic's requests and those of clouds, held against JSON.parse, and what clouds fail with. */
export const CLOUD_TARGETS: readonly Target[] = [
  {
    name: "cloud-body",
    shape: "json",
    sources: [
      "ingress/read-cloud-body.ts",
      "base/json-edit.ts",
      "upstream/providers/vertex/claude-shape.ts",
      "upstream/providers/bedrock/invoke-shape.ts",
    ],
    run: (input) => {
      const value = Buffer.from(input.toString()).equals(input) ? parsed(input) : undefined;
      const lifted = readCloudBody(input, { model: "m", stream: true });
      if (lifted === undefined) {
        assert.ok(!isObject(value), "an object was not read");
        return "none";
      }
      if (!isObject(value)) return "no JSON";
      const rest = without(value);
      assert.deepEqual(JSON.parse(lifted.body.toString()), { ...rest, model: "m", stream: true });
      for (const [name, shape] of Object.entries(SHAPES)) {
        const { body } = lifted;
        const request = { method: "POST", target: "/v1/messages", headers: [], body };
        const shaped = shape?.toCloud(request);
        assert.ok(shaped?.ok, `${name} refuses it`);
        const said: unknown = JSON.parse((shaped.value.body ?? "").toString());
        assert.ok(isObject(said) && said["model"] === undefined);
        assert.deepEqual(without(said), rest, name);
      }
      return `${Object.keys(value).length} ${lifted.fields.length}`;
    },
  },
  {
    name: "error-vertex",
    shape: "json",
    sources: ["upstream/providers/vertex/errors.ts", "upstream/providers/claude-error.ts"],
    run: (input) => {
      const told = toldByGoogle({ status: 400, reason: "", headers: [] })?.(input);
      if (told === undefined) return "Anthropic's own";
      const envelope: unknown = JSON.parse(told.body.toString());
      assert.ok(isObject(envelope) && isObject(envelope["error"]));
      assert.equal(typeof envelope["error"]["message"], "string");
      assert.ok(told.status >= 400 && told.status < 600);
      return `${told.status} ${String(envelope["error"]["type"])}`;
    },
  },
];

function without(value: Readonly<Record<string, unknown>>): object {
  const kept = Object.entries(value).filter(([name]) => !MOVED.includes(name));
  return Object.fromEntries(kept);
}

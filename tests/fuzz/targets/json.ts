import assert from "node:assert/strict";
import { isObject, parseJson } from "../../../src/base/json.ts";
import { memberText, scanParts, scanTopLevel } from "../../../src/base/json-scan.ts";
import { spliceModel } from "../../../src/base/json-splice.ts";
import { parseExact } from "../../../src/canonical/index.ts";
import { cutSealed } from "../../../src/exchange/attempt/cut-sealed.ts";
import { HeldBody, HeldBytes } from "../../../src/exchange/request/body.ts";
import { readFacts } from "../../../src/exchange/request/facts.ts";
import { parsed } from "../mutate-json.ts";
import type { Target } from "../target.ts";
import { piecesOf } from "./splits.ts";

const NO_LIMIT = { maxBytes: Number.POSITIVE_INFINITY };

/** What reads and changes JSON bytes without parsing them, held against JSON.parse. */
export const JSON_TARGETS: readonly Target[] = [
  {
    name: "json-scan",
    shape: "json",
    sources: ["base/json", "exchange/request/facts.ts", "canonical/exact-json.ts"],
    run: (input) => {
      const scan = scanTopLevel(input);
      const pieces = piecesOf(input);
      assert.deepEqual(scanParts(pieces), scan, "by the split");
      const value = isUtf8(input) ? parsed(input) : undefined;
      if (value !== undefined) assert.equal(scan.kind === "object", isObject(value));
      if (scan.kind === "object" && isObject(value)) {
        const members = scan.members.map((member) => {
          const json: unknown = JSON.parse(memberText(input, member));
          return [member.name, json] as const;
        });
        assert.deepEqual(Object.fromEntries(members), value);
        checkModel(input);
      }
      checkExact(input);
      const facts = readFacts(new HeldBody(pieces, input.length, new HeldBytes()));
      return `${scan.kind} ${Object.keys(facts).join()}`;
    },
  },
  {
    name: "cut-sealed",
    shape: "json",
    sources: ["exchange/attempt/cut-sealed.ts"],
    run: (input) => {
      const cut = cutSealed(input);
      const value = parsed(input);
      if (value === undefined) return "no JSON";
      const left = JSON.parse(cut.toString());
      assert.deepEqual(cutSealed(cut), cut, "cut twice");
      return `${input.length === cut.length} ${isObject(left)}`;
    },
  },
];

function checkModel(body: Buffer): void {
  const parts = spliceModel(body, "another");
  if (parts === undefined) return;
  const value: unknown = JSON.parse(Buffer.concat(parts).toString());
  assert.ok(isObject(value));
  assert.equal(value["model"], "another");
}

/** What was read exactly says the same again. */
function checkExact(input: Buffer): void {
  const text = input.toString();
  const exact = parseExact(text, NO_LIMIT);
  const plain = parseJson(text, NO_LIMIT);
  assert.equal(exact === undefined, !plain.ok || plain.value === undefined);
  if (exact === undefined) return;
  const again = JSON.stringify(exact);
  assert.equal(JSON.stringify(parseExact(again, NO_LIMIT)), again);
}

/** JSON.parse sees what decoding left of broken bytes, and the scanner sees the bytes. */
function isUtf8(input: Buffer): boolean {
  return Buffer.from(input.toString()).equals(input);
}

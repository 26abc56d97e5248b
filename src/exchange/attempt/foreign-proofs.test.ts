import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Tap } from "../../upstream/dialects/anthropic/index.ts";
import { NOTHING_OBSERVED } from "../../upstream/dialects/anthropic/index.ts";
import { cutSealed } from "./cut-sealed.ts";
import { ForeignProofs } from "./foreign-proofs.ts";

const PROOFS = ["cHJvb2Ytb25l", "0193-a.uuid:of_another"];
const STREAM = [
  'event: content_block_start\ndata: {"content_block":{"type":"thinking","thinking":"","signature":""}}\n\n',
  ...PROOFS.map(
    (proof) => `data: {"delta":{"type":"signature_delta", "signature" : "${proof}"}}\n\n`,
  ),
  `data: {"delta":{"type":"text_delta","text":${JSON.stringify('"signature":"quoted"')}}}\n\n`,
].join("");

function read(proofs: ForeignProofs, chunks: readonly string[]): void {
  const tap = proofs.watch(silentTap());
  for (const chunk of chunks) tap.push(Buffer.from(chunk));
}

function silentTap(): Tap {
  return { push: () => {}, atBoundary: true, finish: () => NOTHING_OBSERVED };
}

describe("ForeignProofs", () => {
  it("finds the signatures of an answer at any split", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 8 }), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), STREAM.length];
        const proofs = new ForeignProofs();
        read(
          proofs,
          places.slice(1).map((end, i) => STREAM.slice(places[i], end)),
        );
        assert.deepEqual(
          [...PROOFS, "", "quoted"].map((proof) => proofs.has(proof)),
          [true, true, false, false],
        );
      }),
    );
  });

  it("knows in which bodies they are, and what is cut out of those", () => {
    const proofs = new ForeignProofs();
    const thought = (signature: string) =>
      `{"type":"thinking","thinking":"Hm","signature":"${signature}"}`;
    const text = '{"type":"text","text":"Hi"}';
    const bodyOf = (...blocks: readonly string[]) =>
      Buffer.from(`{"messages":[{"role":"assistant","content":[${blocks.join()}]}]}`);
    const own = bodyOf(thought("EqQBCg=="), text);
    const both = bodyOf(thought("EqQBCg=="), thought("cHJvb2Ytb25l"), text);
    assert.equal(proofs.areIn([both]), false);
    read(proofs, [STREAM]);
    assert.equal(proofs.areIn([own]), false);
    assert.equal(proofs.areIn([both.subarray(0, 90), both.subarray(90)]), true);
    assert.deepEqual(
      cutSealed(both, (proof) => proofs.has(proof)),
      own,
    );
  });

  it("forgets the oldest, so that it never grows without an end", () => {
    const proofs = new ForeignProofs();
    read(proofs, [STREAM]);
    const many = Array.from({ length: 20_000 }, (_, i) => `"signature":"proof-${i}"`);
    read(proofs, [many.join()]);
    assert.equal(proofs.has(PROOFS[0] ?? ""), false);
    assert.equal(proofs.has("proof-0"), true);
    assert.equal(proofs.has("proof-19999"), true);
  });
});

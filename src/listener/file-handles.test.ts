import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connectionsFor, readOpenFilesLimit } from "./file-handles.ts";

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             95942                95942                processes
Max open files            20000                1048576              files
Max locked memory         8388608              8388608              bytes
`;

describe("file handles", () => {
  it("reads the soft limit", () => {
    assert.equal(readOpenFilesLimit(LIMITS), 20_000);
  });

  it("knows no limit where there is none", () => {
    assert.equal(readOpenFilesLimit(LIMITS.replace("20000 ", "unlimited ")), undefined);
    assert.equal(readOpenFilesLimit(""), undefined);
    assert.equal(connectionsFor(undefined), undefined);
  });

  it("leaves two handles for each connection, and some for itself", () => {
    assert.equal(connectionsFor(20_000), 9_744);
    assert.equal(connectionsFor(514), 1);
    assert.equal(connectionsFor(256), 1);
  });
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { runProgram } from "./program.ts";

it("S1-024, X-R1: a port that is taken is named, with what to do, and the exit is 1", async (t) => {
  const holder = createServer().listen(0, "127.0.0.1");
  t.after(() => holder.close());
  await once(holder, "listening");
  const address = holder.address();
  assert.ok(typeof address === "object" && address !== null);
  const home = await mkdtemp(join(tmpdir(), "spillway-port-"));
  t.after(() => rm(home, { recursive: true, force: true }));
  const { code, out } = await runProgram(["serve"], {
    home,
    env: { PORT: String(address.port) },
  });
  assert.equal(code, 1);
  assert.match(
    out,
    new RegExp(`Port ${address.port} already in use\\. Another instance running\\?.*PORT=`),
  );
});

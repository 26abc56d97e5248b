// What Claude Code runs after every answer: Node strips types in 30 ms, or not at all when it keeps what it stripped.
import { enableCompileCache } from "node:module";
import { join } from "node:path";

enableCompileCache(join(import.meta.dirname, "..", "..", "..", ".cache", "compile"));
const { main } = await import("./main.ts");
await main();

import { readFile } from "node:fs/promises";
import { serve } from "./serve.ts";

const { version } = JSON.parse(
  await readFile(new URL("../package.json", import.meta.url), "utf8"),
) as { readonly version: string };

process.exitCode = await serve({}, version);

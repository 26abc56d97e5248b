import { readConfigFile } from "../config/inputs.ts";

/** A file that may not be there; rejects where it cannot be read. */
export async function readText(path: string): Promise<string | undefined> {
  return (await readConfigFile(path))?.text;
}

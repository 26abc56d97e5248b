import type { ConfigInputs, FileText } from "./inputs.ts";

/** Where the file is looked for with these inputs. */
export const CONFIG_FILE = "/people/me/.local/share/spillway/spillway.yaml";

/** Inputs for tests: an empty environment, home `/people/me`, working directory `/srv`, files from a record. */
export function testInputs(
  files: Readonly<Record<string, string | FileText>> = {},
  more: Partial<ConfigInputs> = {},
): ConfigInputs {
  return {
    env: {},
    readFile: (path) => {
      const file = files[path];
      return Promise.resolve(typeof file === "string" ? { text: file, mode: 0o600 } : file);
    },
    realPath: (path) => Promise.resolve(files[path] === undefined ? undefined : path),
    homeDir: "/people/me",
    platform: "linux",
    cwd: "/srv",
    systemTimeZone: "Asia/Kolkata",
    ...more,
  };
}

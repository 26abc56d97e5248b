import type { ConfigInputs, FileText } from "./inputs.ts";

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
    homeDir: "/people/me",
    platform: "linux",
    cwd: "/srv",
    systemTimeZone: "Asia/Kolkata",
    ...more,
  };
}

import type { ServiceSettings } from "./settings.ts";

/** An installation in a folder, with the variables of the source's example. */
export function settingsIn(folder: string, more: Partial<ServiceSettings> = {}): ServiceSettings {
  return {
    node: `${folder}/bin/node`,
    main: `${folder}/src/main.ts`,
    logDir: `${folder}/logs`,
    log: `${folder}/logs/spillway.log`,
    errorLog: `${folder}/logs/spillway-error.log`,
    plain: new Map([
      ["CLAUDE_USAGE_FILE", "/people/me/.claude/usage-status.md"],
      ["CLAUDE_CONFIG_DIRS", "~/.claude,~/.claude2"],
    ]),
    secretsFile: undefined,
    baseUrl: "http://127.0.0.1:4080",
    ...more,
  };
}

/** A folder's name with what quoting has to carry. */
export const AWKWARD = 'it\'s 100%h $HOME & "so" <on>';

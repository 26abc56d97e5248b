import { pathsOf } from "../../config/places.ts";
import {
  type Machine,
  type ServiceManager,
  type ServiceState,
  unreachableState,
} from "./manager.ts";
import { MARK, SECRETS_FILE, type ServiceSettings, serveCommand } from "./settings.ts";

const LABEL = "com.spillway.gateway";

/** An agent of the user's: launchd runs it while the user is logged in. */
export function launchd({ homeDir, host }: Machine): ServiceManager {
  const paths = pathsOf("darwin");
  const definition = paths.join(homeDir, "Library", "LaunchAgents", `${LABEL}.plist`);
  const domain = `gui/${host.uid}`;
  const target = `${domain}/${LABEL}`;
  const query = ["launchctl", "print", target];
  const ownDir = paths.join(homeDir, ".config", "spillway");
  return {
    name: "launchd",
    ownDir,
    secretsFile: paths.join(ownDir, SECRETS_FILE),
    definition,
    alsoRemoved: [],
    links: [],
    files: (settings) => [{ path: definition, text: launchdPlist(settings) }],
    query,
    readState: (outcome) =>
      outcome.code === undefined ? unreachableState(outcome, "launchctl") : stateOf(outcome.out),
    start: () => [
      // What is loaded keeps the plist that it was loaded with.
      { argv: ["launchctl", "bootout", target], mayFail: true },
      { argv: ["launchctl", "enable", target], mayFail: true },
      {
        argv: ["launchctl", "bootstrap", domain, definition],
        // An agent that is ending cannot be loaded yet.
        tries: 10,
        // Before macOS 10.11, and over ssh without a login at the screen.
        instead: ["launchctl", "load", "-w", definition],
      },
    ],
    stop: [
      {
        argv: ["launchctl", "bootout", target],
        instead: ["launchctl", "unload", "-w", definition],
      },
    ],
    forget: [],
    hints: ["It runs while you are logged in."],
  };
}

/**
 * The property list's text; its umask is decimal.
 *
 * @source https://leancrew.com/all-this/man/man5/launchd.plist.html (read 2026-11-25)
 */
export function launchdPlist(settings: ServiceSettings): string {
  const variables = [...settings.plain].map(
    ([name, value]) => `    <key>${xml(name)}</key>\n    <string>${xml(value)}</string>`,
  );
  const words = serveCommand(settings).map((word) => `    <string>${xml(word)}</string>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ${MARK}, which writes it anew. -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${words.join("\n")}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
${variables.join("\n")}
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <true/>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>ExitTimeOut</key>
  <integer>90</integer>
  <key>Umask</key>
  <integer>63</integer>
  <key>StandardOutPath</key>
  <string>${xml(settings.log)}</string>
  <key>StandardErrorPath</key>
  <string>${xml(settings.errorLog)}</string>
</dict>
</plist>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function xml(text: string): string {
  return text.replaceAll(/[&<>]/g, (sign) => ENTITIES[sign] ?? sign);
}

/** `launchctl print` is made for people; these two lines have stood in it since it exists. */
function stateOf(out: string): ServiceState {
  const state = /^\s*state = (.+)$/m.exec(out)?.[1];
  const pid = /^\s*pid = ([0-9]+)$/m.exec(out)?.[1];
  return {
    unreachable: undefined,
    enabled: state !== undefined,
    active: state === "running",
    pid: pid === undefined ? undefined : Number(pid),
    words: state ?? "not loaded",
  };
}

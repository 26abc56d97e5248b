import { pathsOf } from "../../config/places.ts";
import { counted } from "../text.ts";
import {
  type Machine,
  type ServiceManager,
  type ServiceState,
  unreachableState,
} from "./manager.ts";
import { commandOf, MARK, SECRETS_FILE, type ServiceSettings, serveCommand } from "./settings.ts";

const UNIT = "spillway.service";

/** A user unit: no root, and the rights of the user whose logins and files it serves. */
export function systemd(machine: Machine): ServiceManager {
  const paths = pathsOf("linux");
  const xdg = machine.env["XDG_CONFIG_HOME"] ?? "";
  const config = paths.isAbsolute(xdg) ? xdg : paths.join(machine.homeDir, ".config");
  const definition = paths.join(config, "systemd", "user", UNIT);
  const ownDir = paths.join(config, "spillway");
  return {
    name: "systemd",
    ownDir,
    secretsFile: paths.join(ownDir, SECRETS_FILE),
    definition,
    alsoRemoved: [],
    links: [paths.join(config, "systemd", "user", "default.target.wants", UNIT)],
    files: (settings) => [{ path: definition, text: systemdUnit(settings) }],
    query: systemctl("show", UNIT, `--property=${PROPERTIES.join(",")}`),
    readState: (outcome) =>
      outcome.code === 0 ? stateOf(outcome.out) : unreachableState(outcome, "systemctl"),
    start: (isChanged) => [
      { argv: systemctl("daemon-reload") },
      { argv: systemctl("enable", UNIT) },
      // A unit that gave up is not started again before its failures are forgotten.
      { argv: systemctl("reset-failed", UNIT), mayFail: true },
      // A server that ends while its post-start command runs, because its port is taken, is a failure to systemctl.
      { argv: systemctl(isChanged ? "restart" : "start", UNIT), isAskedAfter: true },
    ],
    stop: [{ argv: systemctl("disable", "--now", UNIT) }],
    forget: [
      { argv: systemctl("daemon-reload") },
      { argv: systemctl("reset-failed", UNIT), mayFail: true },
    ],
    hints: [
      "It runs while you are logged in. To have it run without:\n  loginctl enable-linger",
      "Changes of your own:\n  systemctl --user edit spillway",
    ],
  };
}

function systemctl(...args: readonly string[]): readonly string[] {
  return ["systemctl", "--user", ...args];
}

/**
 * The unit's text.
 *
 * @source systemd 252, by what it takes and does (tried 2026-11-25)
 */
export function systemdUnit(settings: ServiceSettings): string {
  const environment = [...settings.plain].map(
    ([name, value]) => `Environment=${quoted(`${name}=${value}`)}`,
  );
  return `# ${MARK}, which writes it anew.
# Changes of your own belong beside it: systemctl --user edit spillway

[Unit]
Description=Spillway, the gateway that coding agents talk to
# A hundred starts within an hour, five seconds apart, are enough to wait for a port; then it gives up.
StartLimitIntervalSec=1h
StartLimitBurst=100

[Service]
ExecStart=${execLine(serveCommand(settings))}
ExecStartPost=-${execLine(commandOf(settings, "seed-models", "--quiet"))}
${environment.join("\n")}
Restart=always
RestartSec=5
TimeoutStopSec=90
StandardOutput=append:${unspecified(settings.log)}
StandardError=append:${unspecified(settings.errorLog)}
UMask=0077
NoNewPrivileges=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
SystemCallArchitectures=native

[Install]
WantedBy=default.target
`;
}

/** systemd takes no program whose path has quotation marks, and no variables apart in one; `env` does. */
function execLine(words: readonly string[]): string {
  const isAwkward = /["'\\$]/.test(words[0] ?? "");
  const all = isAwkward ? ["/usr/bin/env", ...words] : words;
  return all.map((word) => quoted(word).replaceAll("$", "$$$$")).join(" ");
}

function quoted(text: string): string {
  return `"${unspecified(text).replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** A percent sign begins a specifier such as %h. */
function unspecified(text: string): string {
  return text.replaceAll("%", "%%");
}

const PROPERTIES = ["UnitFileState", "ActiveState", "SubState", "MainPID", "NRestarts", "Result"];

function stateOf(out: string): ServiceState {
  const facts = new Map(
    out.split("\n").map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  const fact = (name: string): string => facts.get(name) ?? "";
  const pid = Number(fact("MainPID"));
  const restarts =
    fact("NRestarts") === "0" ? "" : `, ${counted(Number(fact("NRestarts")), "restart")}`;
  const result = fact("Result") === "success" ? "" : `, last result ${fact("Result")}`;
  return {
    unreachable: undefined,
    enabled: fact("UnitFileState") === "enabled",
    active: fact("ActiveState") === "active",
    pid: pid > 0 ? pid : undefined,
    words: `${fact("ActiveState")} (${fact("SubState")})${restarts}${result}`,
  };
}

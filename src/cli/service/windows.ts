import { defaultDataDir, pathsOf } from "../../config/places.ts";
import {
  type Machine,
  type ServiceManager,
  type ServiceState,
  unreachableState,
} from "./manager.ts";
import { SECRETS_FILE } from "./settings.ts";
import {
  INSTALL_SCRIPT,
  installScript,
  RUN_SCRIPT,
  runScript,
  TASK,
  UNINSTALL_SCRIPT,
  uninstallScript,
} from "./windows-scripts.ts";

const POWERSHELL = [
  "powershell.exe",
  "-NoProfile",
  "-NonInteractive",
  "-ExecutionPolicy",
  "Bypass",
];

/** A scheduled task of the user's, which starts with the login; no service of the system: ADR 0012. */
export function taskScheduler({ env, homeDir }: Machine): ServiceManager {
  const paths = pathsOf("win32");
  const ownDir = paths.join(
    paths.dirname(defaultDataDir("win32", env, homeDir)),
    "Spillway Service",
  );
  const file = (name: string): string => paths.join(ownDir, name);
  const definition = file(RUN_SCRIPT);
  return {
    name: "Task Scheduler",
    ownDir,
    secretsFile: file(SECRETS_FILE),
    definition,
    alsoRemoved: [file(INSTALL_SCRIPT), file(UNINSTALL_SCRIPT)],
    links: [],
    files: (settings) => [
      { path: definition, text: runScript(settings) },
      { path: file(INSTALL_SCRIPT), text: installScript(settings, definition) },
      { path: file(UNINSTALL_SCRIPT), text: uninstallScript(settings) },
    ],
    query: [
      ...POWERSHELL,
      "-Command",
      `(Get-ScheduledTask -TaskName '${TASK}' -ErrorAction SilentlyContinue).State`,
    ],
    readState: (outcome) =>
      outcome.code === undefined
        ? unreachableState(outcome, "powershell.exe")
        : stateOf(outcome.out.trim()),
    start: () => [{ argv: [...POWERSHELL, "-File", file(INSTALL_SCRIPT)] }],
    stop: [{ argv: [...POWERSHELL, "-File", file(UNINSTALL_SCRIPT)] }],
    forget: [],
    hints: ["It runs while you are logged in, without a window."],
  };
}

/** PowerShell prints Unknown, Disabled, Queued, Ready or Running. */
function stateOf(state: string): ServiceState {
  return {
    unreachable: undefined,
    enabled: state !== "" && state !== "Disabled",
    active: state === "Running",
    pid: undefined,
    words: state === "" ? "no such task" : state.toLowerCase(),
  };
}

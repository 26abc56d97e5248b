import { systemClock } from "../base/clock.ts";
import type { ServeFlags } from "../cli/deps.ts";
import { isLoopbackHost } from "../config/fields.ts";
import { type ConfigFlags, type Environment, systemInputs } from "../config/inputs.ts";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { formatProblem } from "../config/problem.ts";
import { watchConfig } from "../config/watch.ts";
import { type ExchangeLog, jsonExchangeLog } from "../observe/exchange-log.ts";
import { type Journal, jsonJournal, terminalJournal } from "../observe/journal.ts";
import { LineSink } from "../observe/line-sink.ts";
import { openLog } from "../observe/log.ts";
import { LogFile, shortenErrorLog } from "../observe/log-file.ts";
import { wantsColor } from "../observe/paint.ts";
import { terminalExchangeLog } from "../observe/terminal-log.ts";
import { type Gateway, openGateway } from "./gateway.ts";
import { routerGreeting } from "./router-greeting.ts";
import { seedAtStart } from "./seed-at-start.ts";

/** How this process speaks. */
interface Voice {
  readonly journal: Journal;
  readonly log: ExchangeLog;
  readonly pretty: boolean;
  readonly sink: LineSink;
}

/** A service manager signals a whole group, so that one signal may arrive twice: from it and from a parent process. */
const SAME_SIGNAL_MS = 500;
const EXIT_INTERRUPTED = 130;

/** Runs the gateway until a signal ends it; gives the exit code. */
export async function serve(flags: ServeFlags, version: string): Promise<number> {
  const { logDir } = flags;
  if (logDir === undefined) return await run(flags, version, process.stdout);
  // First of all: a start that is refused again and again says so each time.
  shortenErrorLog(logDir);
  using file = openLogFile(logDir);
  return file === undefined ? 1 : await run(flags, version, file);
}

function openLogFile(logDir: string): LogFile | undefined {
  try {
    return new LogFile(logDir);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown error";
    process.stderr.write(`The log cannot be written: ${reason}. Choose another --log-dir.\n`);
    return undefined;
  }
}

async function run(
  flags: ConfigFlags,
  version: string,
  output: LogFile | typeof process.stdout,
): Promise<number> {
  const inputs = systemInputs(flags);
  const loaded = await loadConfig(inputs);
  if (!loaded.ok) {
    for (const problem of loaded.error) process.stderr.write(`${formatProblem(problem)}\n`);
    return 1;
  }
  const voice = openVoice(loaded.value, inputs.env, output);
  using _ = voice.sink;
  for (const warning of loaded.value.warnings) voice.journal("warn", "config.warning", warning);
  // Before anything is open: a signal that comes while it opens must not end the process half-way.
  const told = untilTold(voice.sink);
  let onHangUp = (): void => {};
  process.on("SIGHUP", () => onHangUp());
  const opened = await openGateway({
    loaded: loaded.value,
    version,
    clock: systemClock,
    platform: process.platform,
    homeDir: inputs.homeDir,
    env: inputs.env,
    journal: voice.journal,
    log: voice.log,
  });
  if (!opened.ok) {
    voice.journal("error", "gateway.refused", opened.error);
    return 1;
  }
  await using gateway = opened.value;
  greet(voice, gateway, loaded.value);
  for (const line of routerGreeting(loaded.value.config, gateway.url)) {
    voice.journal("info", "router.started", line);
  }
  warnOfOpenDoor(voice.journal, loaded.value);
  const seeding = seedAtStart({
    config: loaded.value.config,
    inputs,
    url: gateway.url,
    models: async () => await gateway.models(),
    journal: voice.journal,
    nowMs: systemClock.now(),
  }).catch((error: unknown) => voice.journal("error", "models.not_seeded", String(error)));
  await using watch = await watchConfig({
    loaded: loaded.value,
    reload: () => loadConfig(inputs),
    onChange: (next) => {
      const applied = gateway.apply(next.config);
      if (!applied.ok) throw new Error(applied.error);
      voice.journal("info", "config.reloaded", "Configuration reloaded.");
    },
    onProblem: (problems) => {
      for (const problem of problems) {
        voice.journal("error", "config.refused", `Not taken over: ${formatProblem(problem)}`);
      }
    },
  });
  onHangUp = () => {
    void watch.trigger();
  };
  await told;
  voice.journal(
    "info",
    "gateway.draining",
    "Finishing what is running; a second signal ends at once.",
  );
  await gateway.drain();
  await seeding;
  return 0;
}

function openVoice(
  { config }: LoadedConfig,
  env: Environment,
  output: LogFile | typeof process.stdout,
): Voice {
  const { stdout } = process;
  // A full disk or a closed pipe behind the output must not end what is being served.
  stdout.on("error", () => {});
  const sink = new LineSink(output);
  const write = (text: string): void => sink.write(text);
  const isTTY = output === stdout && stdout.isTTY;
  const pretty = config.log.format === "pretty" || (config.log.format === "auto" && isTTY);
  if (pretty) {
    const color = wantsColor(env, isTTY);
    return {
      pretty,
      sink,
      journal: terminalJournal(write),
      log: terminalExchangeLog(write, { color, width: () => stdout.columns ?? 80 }),
    };
  }
  const log = openLog({ clock: systemClock, level: config.log.level, write });
  return { pretty, sink, journal: jsonJournal(log), log: jsonExchangeLog(log) };
}

function greet({ journal, pretty }: Voice, { url }: Gateway, { config }: LoadedConfig): void {
  if (!pretty) {
    journal("info", "gateway.listening", `Spillway listens on ${url}`, {
      url,
      data_dir: config.data.dir,
    });
    return;
  }
  const lines = [
    `Spillway listens on  ${url}`,
    `Data lives in        ${config.data.dir}`,
    `Connect Claude Code  ANTHROPIC_BASE_URL=${url} claude`,
    "",
  ];
  journal("info", "gateway.listening", lines.join("\n"));
}

/** Beyond loopback, without keys, everybody who reaches the port is let in with a credential of their own (design R4). */
function warnOfOpenDoor(journal: Journal, { config }: LoadedConfig): void {
  const { bind } = config.listener;
  if (isLoopbackHost(bind) || config.auth.required) return;
  journal(
    "warn",
    "listener.open_door",
    `Listening on ${bind}: whoever reaches this port can send requests with a credential of their own, and read /me and /metrics. No stored key is used. auth.required lets people in with a Spillway key only.`,
  );
}

/** Waits for the first signal; a second one ends the process at once. */
async function untilTold(sink: LineSink): Promise<void> {
  const told = Promise.withResolvers<void>();
  let toldAtMs: number | undefined;
  const onSignal = (): void => {
    const nowMs = systemClock.monotonicMs();
    if (toldAtMs !== undefined && nowMs - toldAtMs > SAME_SIGNAL_MS) {
      sink.flush();
      process.exit(EXIT_INTERRUPTED);
    }
    toldAtMs ??= nowMs;
    told.resolve();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  await told.promise;
}

/** What makes a service out of this installation; the text of its files follows from this alone. */
export interface ServiceSettings {
  /** Absolute path of the Node that runs this command. */
  readonly node: string;
  readonly main: string;
  readonly logDir: string;
  readonly log: string;
  readonly errorLog: string;
  /** Variables that anybody may read. */
  readonly plain: Variables;
  /** A file that Node reads the other variables from; undefined when there are none. */
  readonly secretsFile: string | undefined;
  /** What clients set ANTHROPIC_BASE_URL to. */
  readonly baseUrl: string;
}

export type Variables = ReadonlyMap<string, string>;

/** A file that installing writes; every one of them contains MARK, by which it is known later. */
export interface ServiceFile {
  readonly path: string;
  readonly text: string;
}

/** Stands in everything that is written, so that nobody else's file is replaced or removed. */
export const MARK = "Written by spillway service install";

/** What the file with the secrets is called everywhere. */
export const SECRETS_FILE = "service.env";

/** A command of this installation with the service's variables, as its words. */
export function commandOf(settings: ServiceSettings, ...args: readonly string[]): string[] {
  const { node, main, secretsFile } = settings;
  return [node, ...(secretsFile === undefined ? [] : [`--env-file=${secretsFile}`]), main, ...args];
}

/** What the service runs. */
export function serveCommand(settings: ServiceSettings): string[] {
  return commandOf(settings, "serve", "--log-dir", settings.logDir);
}

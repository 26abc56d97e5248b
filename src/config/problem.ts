/** One thing that is wrong with the configuration. Never holds a configured value, which might be a secret. */
export interface ConfigProblem {
  /** `listener.port`, `prices[0].input`; empty for the file or the environment as a whole. */
  readonly path: string;
  /** What is wrong, what stands there by its shape, and the remedy. */
  readonly message: string;
  /** `/etc/spillway.yaml:3:9`, `environment variable PORT`, `flag --port`. */
  readonly source?: string;
}

/** One line for a terminal or a log. */
export function formatProblem(problem: ConfigProblem): string {
  return [problem.source, problem.path, problem.message]
    .filter((part) => part !== undefined && part !== "")
    .join(": ");
}

/** `listener.port`, `prices[0].input`. Keys come from a file, so they are shortened and freed of control characters. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += `${text === "" ? "" : "."}${plainKey(String(part))}`;
  }
  return text;
}

/** A key from a file as it may be shown: quoted unless it is a plain word. */
export function plainKey(key: string): string {
  const short = key.length > 60 ? `${key.slice(0, 57)}...` : key;
  return /^[\w.-]+$/.test(short) ? short : JSON.stringify(short.replace(/[^\x20-\x7e]/g, "?"));
}

/** What a value is, without saying it. */
export function describeShape(value: unknown): string {
  if (value === undefined || value === null || value === "") return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "string") return `text of ${value.length} characters`;
  if (typeof value === "object") return "a group of keys";
  return value === true || value === false ? String(value) : `a ${typeof value}`;
}

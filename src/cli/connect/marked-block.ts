/** Lines of ours stand between these two, so that they can be taken out whatever was written around them since. */
const BEGIN = "# >>> spillway connect";
const END = "# <<< spillway connect";
/** In front of a line of the user's that ours stands in for. */
const ASIDE = "#spillway# ";

/** What is to stand in a file of lines with `#` for comments. */
export interface Lines {
  /** At the top. */
  readonly head: readonly string[];
  /** At the bottom. */
  readonly tail: readonly string[];
  /** Says whether a line of the user's has to step aside. */
  readonly replaces: (line: string) => boolean;
}

/** Adds the lines; those of an earlier time go first, so that a second time changes nothing. */
export function addLines(file: string, { head, tail, replaces }: Lines): string {
  const newline = file.includes("\r\n") ? "\r\n" : "\n";
  const own = removeLines(file)
    .split(newline)
    .map((line) => (replaces(line) ? `${ASIDE}${line}` : line))
    .join(newline);
  const ending = own === "" || own.endsWith(newline) ? "" : newline;
  return `${block(head, newline)}${own}${ending}${block(tail, newline)}`;
}

/** Takes out what `addLines` added, and nothing else; only a line end at the very end may stay. */
export function removeLines(file: string): string {
  const lines = file.split(/(?<=\n)/);
  let isOurs = false;
  const kept = lines.filter((line) => {
    const text = line.trimEnd();
    if (text === BEGIN) isOurs = true;
    const isKept = !isOurs;
    if (text === END) isOurs = false;
    return isKept;
  });
  // Without its end a block was cut by somebody; what follows may be theirs.
  if (isOurs) return file;
  return kept.map((line) => (line.startsWith(ASIDE) ? line.slice(ASIDE.length) : line)).join("");
}

function block(lines: readonly string[], newline: string): string {
  if (lines.length === 0) return "";
  return [BEGIN, ...lines, END].map((line) => `${line}${newline}`).join("");
}

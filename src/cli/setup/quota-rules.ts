/** How much Claude is asked to mind the quota, from light to strict. */
export const LEVELS = ["report", "warn", "adjust", "stop"] as const;
export type Level = (typeof LEVELS)[number];

const BEGIN = "<!-- spillway quota rules: begin -->";
const END = "<!-- spillway quota rules: end -->";

/** `S1-143` to `S1-146`. `file` stands for the status file. */
const RULES: Readonly<Record<Level, string>> = {
  report: `At the start of a session, read \`{file}\` and tell the user how much of the 5-hour window (\`5h\`) and of the 7-day
window (\`7d\`) is used. Point out a window that is marked with \`!\`.`,
  warn: `Before a task that will take more than about 10 tool calls, or a lot of new code, read \`{file}\`:

- \`7d\` above 80%: say so, and ask for confirmation before you begin.
- \`7d\` above 95%: ask whether to go on now, or to put it off until the window resets.`,
  adjust: `At the start of a session, read \`{file}\` and work by it:

- both windows below 70%: as usual.
- \`7d\` from 70% to 90%: answer concisely, and use several subagents only where there is no other way.
- \`7d\` above 90%: lightweight: short answers, no subagents, and a word that the quota is low.
- \`!\` at any window: mention it before you begin a task of several steps.`,
  stop: `At the start of a session, read \`{file}\`. With \`7d\` above 98%, do not begin to implement anything new: explain how full
the quota is, and suggest to go on tomorrow or in a lighter way.`,
};

/** The rules of some levels as a part of a `CLAUDE.md`, between marks that Claude Code leaves out of the context. */
export function rulesText(levels: readonly Level[], statusFile: string): string {
  const rules = LEVELS.filter((level) => levels.includes(level)).map((level) =>
    RULES[level].replaceAll("{file}", statusFile),
  );
  return [BEGIN, "## Quota awareness", "", rules.join("\n\n"), END].join("\n");
}

/** Puts the rules at the end of a file, behind an empty line, or where they stood before. */
export function putRules(file: string, rules: string): string {
  const newline = file.includes("\r\n") ? "\r\n" : "\n";
  const text = rules.replaceAll("\n", newline);
  const old = findRules(file);
  if (old !== undefined) return `${file.slice(0, old.start)}${text}${file.slice(old.end)}`;
  return `${file}${file === "" ? "" : newline}${text}${newline}`;
}

/** Takes the rules out, with the line breaks that `putRules` set around them. */
export function takeRules(file: string): string {
  const found = findRules(file);
  if (found === undefined) return file;
  const before = file.slice(0, found.start).replace(/\r?\n$/, "");
  return `${before}${file.slice(found.end).replace(/^\r?\n/, "")}`;
}

function findRules(file: string): { readonly start: number; readonly end: number } | undefined {
  const start = file.indexOf(BEGIN);
  const end = file.indexOf(END, start);
  return start < 0 || end < 0 ? undefined : { start, end: end + END.length };
}

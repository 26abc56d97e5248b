/** The names under which overflow may be asked for already. */
const OVERFLOW_FIELDS: ReadonlySet<string> = new Set(["x-spillway-overflow", "x-br-overflow"]);

/**
 * `ANTHROPIC_CUSTOM_HEADERS` that ask for overflow, a field on each line: the user's own fields stay.
 *
 * @source how Claude Code reads it: claude-cli 2.1.197 and 2.1.329 on the wire (observed 2026-11-21)
 */
export function askingForOverflow(current: unknown): string {
  const own = typeof current === "string" ? current.split("\n") : [];
  const kept = own.filter((line) => {
    const [name = ""] = line.split(":", 1);
    return line.trim() !== "" && !OVERFLOW_FIELDS.has(name.trim().toLowerCase());
  });
  return [...kept, "x-spillway-overflow: byok"].join("\n");
}

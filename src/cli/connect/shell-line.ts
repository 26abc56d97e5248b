/** A command line that starts Claude Code with some variables, for the platform's usual shell. */
export function shellLine(
  platform: NodeJS.Platform,
  variables: readonly { readonly name: string; readonly value: string }[],
): string {
  if (platform === "win32") {
    const parts = variables.map(({ name, value }) => `$env:${name} = ${powerShell(value)}`);
    return [...parts, "claude"].join("; ");
  }
  return [...variables.map(({ name, value }) => `${name}=${posix(value)}`), "claude"].join(" ");
}

function posix(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

function powerShell(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

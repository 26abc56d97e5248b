/** By this a command is known as ours, whatever file it reads. */
const MARK = "spillway quota hook";

export function isQuotaHook(command: string): boolean {
  return command.includes(MARK);
}

/**
 * The command of a `UserPromptSubmit` hook that gives Claude the status file with every prompt; without the file it says
 * nothing.
 *
 * @source https://code.claude.com/docs/en/hooks (read 2026-11-25)
 */
export function quotaHook(platform: NodeJS.Platform, statusFile: string): string {
  return platform === "win32" ? powerShellHook(statusFile) : shellHook(statusFile);
}

/** Byte by byte, so that the locale does not matter: JSON wants its quotes, backslashes and control characters escaped. */
const TO_JSON = [
  'BEGIN{for(i=1;i<32;i++)m[sprintf("%c",i)]=sprintf("\\\\u%04x",i);',
  'm["\\\\"]="\\\\\\\\";m["\\""]="\\\\\\"";',
  'printf "{\\"hookSpecificOutput\\":{\\"hookEventName\\":\\"UserPromptSubmit\\",\\"additionalContext\\":\\""}',
  '{if(NR>1)printf "\\\\n";n=length($0);',
  'for(i=1;i<=n;i++){c=substr($0,i,1);printf "%s",(c in m)?m[c]:c}}',
  'END{print "\\"}}"}',
].join("");

function shellHook(statusFile: string): string {
  const quoted = `'${statusFile.replaceAll("'", String.raw`'\''`)}'`;
  return `: ${MARK}; f=${quoted}; [ -s "$f" ] && [ -r "$f" ] || exit 0; tr -d '\\000' <"$f" | LC_ALL=C awk '${TO_JSON}'`;
}

/** Without a dollar sign, which the shell that Claude Code starts it in may take for its own. */
function powerShellHook(statusFile: string): string {
  const quoted = `'${statusFile.replaceAll("'", "''")}'`;
  const output = `@{hookSpecificOutput=@{hookEventName='UserPromptSubmit';additionalContext=[IO.File]::ReadAllText(${quoted})}}`;
  const script = `'${MARK}' | Out-Null; if (Test-Path -LiteralPath ${quoted} -PathType Leaf) { [Console]::OutputEncoding=[Text.Encoding]::UTF8; ConvertTo-Json -Compress ${output} }`;
  return `powershell -NoProfile -NonInteractive -Command "${script}"`;
}

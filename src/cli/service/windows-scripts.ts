import { MARK, type ServiceSettings, serveCommand } from "./settings.ts";

/** The task's name, in every script and question. */
export const TASK = "Spillway";
export const RUN_SCRIPT = "run-spillway.ps1";
export const INSTALL_SCRIPT = "install-service.ps1";
export const UNINSTALL_SCRIPT = "uninstall-service.ps1";

/** What the task runs: sets the variables and keeps Spillway running. Task Scheduler can do neither. */
export function runScript(settings: ServiceSettings): string {
  const [node = "", ...args] = serveCommand(settings);
  const variables = [...settings.plain].map(
    ([name, value]) => `[Environment]::SetEnvironmentVariable(${literal(name)}, ${literal(value)})`,
  );
  return script([
    ...variables,
    `$errors = ${literal(settings.errorLog)}`,
    "while ($true) {",
    "  # What the last run left is kept; the next one begins a file of its own.",
    '  if (Test-Path -LiteralPath $errors) { Move-Item -LiteralPath $errors -Destination "$errors.1" -Force }',
    `  Start-Process -FilePath ${literal(node)} -ArgumentList ${literal(args.map(argument).join(" "))} -NoNewWindow -Wait -RedirectStandardError $errors`,
    "  Start-Sleep -Seconds 5",
    "}",
  ]);
}

/** @source https://github.com/MicrosoftDocs/windows-powershell-docs, scheduledtasks/New-ScheduledTaskSettingsSet.md (read 2026-11-25) */
export function installScript(settings: ServiceSettings, runs: string): string {
  const hidden = `-NoProfile -NonInteractive -WindowStyle Hidden -ExecutionPolicy Bypass -File ${argument(runs)}`;
  return script([
    `$name = '${TASK}'`,
    "$user = [Security.Principal.WindowsIdentity]::GetCurrent().Name",
    `$action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument ${literal(hidden)}`,
    "$trigger = New-ScheduledTaskTrigger -AtLogOn -User $user",
    "$principal = New-ScheduledTaskPrincipal -UserId $user -LogonType Interactive -RunLevel Limited",
    "# Without these a task waits for mains power, and is ended after three days.",
    "$settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -ExecutionTimeLimit ([TimeSpan]::Zero) -MultipleInstances IgnoreNew -StartWhenAvailable -RestartCount 255 -RestartInterval (New-TimeSpan -Minutes 1)",
    ...endWhatRuns(settings),
    "Register-ScheduledTask -TaskName $name -Action $action -Trigger $trigger -Principal $principal -Settings $settings -Force | Out-Null",
    "Start-ScheduledTask -TaskName $name",
    "",
    ...userVariable(settings.baseUrl),
    "if (-not $current) { [Environment]::SetEnvironmentVariable($variable, $url, 'User') }",
    'elseif ($current -ne $url) { Write-Output "$variable is $current for you already, and stays so." }',
  ]);
}

/** Takes away what the install script made; a base URL that is not ours stays. */
export function uninstallScript(settings: ServiceSettings): string {
  return script([
    `$name = '${TASK}'`,
    ...endWhatRuns(settings),
    "if (Get-ScheduledTask -TaskName $name -ErrorAction SilentlyContinue) {",
    "  Unregister-ScheduledTask -TaskName $name -Confirm:$false",
    "}",
    "",
    ...userVariable(settings.baseUrl),
    "if ($current -eq $url) { [Environment]::SetEnvironmentVariable($variable, $null, 'User') }",
  ]);
}

/** Ending a task ends the script that it runs, not always what that one started. */
function endWhatRuns({ logDir }: ServiceSettings): readonly string[] {
  return [
    "Stop-ScheduledTask -TaskName $name -ErrorAction SilentlyContinue",
    `$mark = ${literal(`--log-dir ${argument(logDir)}`)}`,
    "Get-CimInstance Win32_Process | Where-Object { $_.CommandLine -and $_.CommandLine.Contains($mark) } | ForEach-Object { Stop-Process -Id $_.ProcessId -Force -ErrorAction SilentlyContinue }",
  ];
}

function userVariable(baseUrl: string): readonly string[] {
  return [
    "$variable = 'ANTHROPIC_BASE_URL'",
    `$url = ${literal(baseUrl)}`,
    "$current = [Environment]::GetEnvironmentVariable($variable, 'User')",
  ];
}

/** Windows PowerShell takes a file for ANSI unless it begins with this mark. */
const UTF8 = "\uFEFF";

function script(lines: readonly string[]): string {
  const head = [`# ${MARK}, which writes it anew.`, "$ErrorActionPreference = 'Stop'", ""];
  return `${UTF8}${[...head, ...lines].join("\r\n")}\r\n`;
}

/** Typographic quotation marks end a string too. */
function literal(text: string): string {
  return `'${text.replaceAll(/['\u2018\u2019\u201A\u201B]/g, "$&$&")}'`;
}

/** One argument of a command line, as Windows programs take it apart. */
function argument(text: string): string {
  if (/^[\w:./\\=-]+$/.test(text)) return text;
  return `"${text.replaceAll(/(\\*)"/g, String.raw`$1$1\"`).replace(/\\+$/, "$&$&")}"`;
}

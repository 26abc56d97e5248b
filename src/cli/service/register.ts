import { type Command, Option } from "commander";
import { example, type JsonOption, type PlaceOptions, place, type Run } from "../command-parts.ts";
import type { CliDeps } from "../deps.ts";

/** `spillway service …`. */
export function addService(program: Command, deps: CliDeps, run: Run): void {
  const service = program
    .command("service")
    .description("keep Spillway running: systemd, launchd or Windows' tasks")
    .helpCommand(false)
    .addHelpText("after", example("spillway service install"));
  place(service.command("install"))
    .description("start Spillway now and at every login, and say what to do next")
    .addOption(new Option("--print", "show files and commands, and change nothing"))
    .option("--env <NAME=VALUE>", "a variable for it; NAME alone takes this shell's", collect)
    .option("--json", "print JSON")
    .addHelpText("after", `${example("spillway service install --print")}${INSTALL_NOTE}`)
    .action(
      async (options: PlaceOptions & JsonOption & { print?: boolean; env?: readonly string[] }) => {
        const { installService } = await import("./install.ts");
        const { print, json, env = [] } = options;
        await run(
          installService(deps, { ...options, env, print: print === true, json: json === true }),
        );
      },
    );
  service
    .command("uninstall")
    .description("take away what install made; data and logs stay")
    .option("--json", "print JSON")
    .addHelpText("after", example("spillway service uninstall"))
    .action(async ({ json }: JsonOption) => {
      const { uninstallService } = await import("./uninstall.ts");
      await run(uninstallService(deps, { json: json === true }));
    });
  place(service.command("status"))
    .description("whether it is installed and runs, and where its files and logs are")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `${example("spillway service status")}\nEnds with 3 when it is not running.`,
    )
    .action(async (options: PlaceOptions & JsonOption) => {
      const { showServiceStatus } = await import("./status.ts");
      await run(showServiceStatus(deps, { ...options, json: options.json === true }));
    });
}

const INSTALL_NOTE = `
Variables that Spillway reads are taken over from this shell; those that may be
secret go to a file that only you can read. Ends with 3 when the files are
written but the system's service manager cannot be reached.`;

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

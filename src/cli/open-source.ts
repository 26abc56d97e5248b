import { fail, ok, type Result } from "../base/result.ts";
import { readServerInfo } from "../store/server-info.ts";
import type { ReportSettings } from "./database-source.ts";
import { type CliDeps, type CliFailure, cliFailure } from "./deps.ts";
import { hasConfigFile, loadConfig, type PlaceFlags } from "./location.ts";
import type { Source } from "./source.ts";

/** Speaks to the server of a data directory, or opens its database where none runs (design R13). */
export async function openSource(
  deps: CliDeps,
  dataDir: string,
  flags: PlaceFlags,
): Promise<Result<Source, CliFailure>> {
  const info = await readServerInfo(dataDir);
  if (info?.controlSocket !== undefined) {
    const { openSocketSource } = await import("./socket-source.ts");
    const source = await openSocketSource(info.controlSocket);
    if (!source.ok) return source;
    if (source.value !== undefined) return ok(source.value);
  }
  const [{ openReader }, { makeDatabaseSource }] = await Promise.all([
    import("../store/sqlite/open-reader.ts"),
    import("./database-source.ts"),
  ]);
  const reader = openReader(dataDir);
  if (!reader.ok) return fail(cliFailure(1, reader.error.message));
  const settings = async (): Promise<Result<ReportSettings, CliFailure>> => {
    const place = { ...flags, dataDir };
    if (!(await hasConfigFile(deps, place))) return ok(defaultSettings());
    const loaded = await loadConfig(deps, place);
    if (!loaded.ok) return loaded;
    const { currency, timeZone } = loaded.value.config;
    const rate = currency.display === "USD" ? "1" : (currency.rates[currency.display] ?? "1");
    return ok({ display: { currency: currency.display, rate }, timeZone });
  };
  return ok(makeDatabaseSource({ reader: reader.value, settings, now: () => deps.clock.now() }));
}

/** What the configuration says without a file; the environment sets none of it. */
function defaultSettings(): ReportSettings {
  const { timeZone } = new Intl.DateTimeFormat("en-GB").resolvedOptions();
  return { display: { currency: "USD", rate: "1" }, timeZone };
}

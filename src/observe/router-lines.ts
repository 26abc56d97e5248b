/** A window of a plan as a log line shows it. */
interface ShownWindow {
  readonly window: string;
  readonly usedPercent?: number | undefined;
}

/** Where a request goes, and why. */
export interface DispatchLine {
  /** A provider. */
  readonly to: string;
  /** Undefined for one that was named by the model. */
  readonly reason?: string | undefined;
  readonly model: string | undefined;
  /** The model's name for the provider, where that is another. */
  readonly rewrite?: string | undefined;
  readonly stream: boolean;
}

const MAX_LENGTH = 200;

/**
 * The lines of claude-router's log, which people search and programs read.
 * @source its README and its log (requirements S1-105, S1-106, X-R1, X-R2, read 2026-11-25)
 */
export function dispatchLine({ to, reason, model, rewrite, stream }: DispatchLine): string {
  const what = `model=${plain(model ?? "-")}`;
  if (reason === undefined) return `[proxy] dispatch: ${to} ${what} stream=${stream}`;
  const rewritten = rewrite === undefined ? "" : ` rewrite=${plain(rewrite)}`;
  return `[proxy] dispatch: ${to} reason=${reason} ${what}${rewritten}`;
}

/** A model by the picker's name for it, and by its own. */
export function demapLine(wrapped: string, model: string): string {
  return `[proxy] demap: ${plain(wrapped)} -> ${plain(model)}`;
}

/** How many models each provider gave to one list. */
export interface ModelsLine {
  readonly counts: ReadonlyMap<string, number>;
  readonly merged: number;
}

/** `[proxy] models-list: anthropic=8 litellm=3 composer=1 merged=11` */
export function modelsLine({ counts, merged }: ModelsLine): string {
  const given = [...counts].map(([provider, count]) => `${provider}=${count}`);
  return `[proxy] models-list: ${[...given, `merged=${merged}`].join(" ")}`;
}

/** `[proxy] mode transition: anthropic -> litellm (5h=91%, 7d=10%, overage=0%)` */
export function transitionLine(from: string, to: string, windows: readonly ShownWindow[]): string {
  return `[proxy] mode transition: ${from} -> ${to} (${windowTexts(windows).join(", ")})`;
}

/** Every limit that an answer told, one below the other; told with nothing of the router's on, too. `fields` is name, value … */
export function limitsLine(fields: readonly string[]): string {
  const told = fields.flatMap((name, i) =>
    i % 2 === 0 ? [`\n  ${plain(name)}: ${plainValue(fields[i + 1] ?? "")}`] : [],
  );
  return `all rate-limit headers (first response):${told.join("")}`;
}

/** `[proxy] probe: 200 5h=12% 7d=10% overage=0% mode=litellm->anthropic`, or how it failed. */
export function probeLine(probed: {
  readonly status: number | undefined;
  readonly failures: number;
  readonly windows: readonly ShownWindow[];
  readonly from: string;
  readonly to: string;
}): string {
  const { status = "none", failures, windows, from, to } = probed;
  if (failures > 0) return `[proxy] probe: status ${status} (failures=${failures})`;
  return `[proxy] probe: ${status} ${windowTexts(windows).join(" ")} mode=${from}->${to}`;
}

function windowTexts(windows: readonly ShownWindow[]): readonly string[] {
  return windows.map(({ window, usedPercent }) => {
    const used = usedPercent === undefined ? "?" : Math.round(usedPercent);
    return `${window}=${used}%`;
  });
}

/** A name from outside must stay one word of one line. */
function plain(name: string): string {
  return plainValue(name).replaceAll(" ", "?");
}

function plainValue(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, MAX_LENGTH);
}

/**
 * Names under which Claude Code's model picker takes other providers' models: it keeps ids that begin with `claude` or
 * `anthropic`, and reads the size of the context window from a `[1m]` at the end.
 *
 * @source claude-cli 2.1.197 and 2.1.329 (observed 2026-11-21)
 */

/** What stands before a model of another provider. Reserved: nobody has a model or a provider of that name. */
export const PICKER_PREFIXES = ["claude-spillway-", "claude-router-"] as const;
export type PickerPrefix = (typeof PICKER_PREFIXES)[number];

/** How models are offered to the picker. */
export interface Picker {
  readonly prefix: PickerPrefix;
  /** Models offered with a window of a million tokens too: ids, or beginnings of ids with `*` behind them. */
  readonly oneMillion: readonly string[];
}

/** One row of the picker. */
export interface PickerEntry {
  readonly id: string;
  readonly displayName: string;
}

const NATIVE = /^(?:claude|anthropic)/i;
const ONE_MILLION = /\[1m\]$/i;

/** A model's rows: its own, and the one with the large window behind it. Ids that the picker takes anyway stay as they are. */
export function pickerEntries(id: string, { prefix, oneMillion }: Picker): readonly PickerEntry[] {
  if (NATIVE.test(id)) return [{ id, displayName: id }];
  const wrapped = `${prefix}${id}`;
  const entry = { id: wrapped, displayName: id };
  if (!isListed(id, oneMillion)) return [entry];
  return [entry, withOneMillion(entry)];
}

function withOneMillion({ id, displayName }: PickerEntry): PickerEntry {
  return { id: `${id}[1m]`, displayName: `${displayName} (1M context)` };
}

/** Claude's own rows where nobody asks Anthropic for them: those that are named so with a large window too. */
export function stockEntries(
  stock: readonly { readonly id: string; readonly name: string }[],
  oneMillion: readonly string[],
): readonly PickerEntry[] {
  return stock.flatMap(({ id, name }) => {
    const entry = { id, displayName: name };
    return oneMillion.includes(id) ? [entry, withOneMillion(entry)] : [entry];
  });
}

/** The model behind a picker's id; undefined for every other id. */
export function unwrapId(id: string): string | undefined {
  const prefix = PICKER_PREFIXES.find((reserved) => id.startsWith(reserved));
  if (prefix === undefined) return undefined;
  return withoutOneMillion(id.slice(prefix.length)) || undefined;
}

/** The client's own mark is no part of a name. */
export function withoutOneMillion(id: string): string {
  return id.replace(ONE_MILLION, "");
}

/** By the whole id, or by the provider's own name for the model. */
function isListed(id: string, tokens: readonly string[]): boolean {
  const name = id.slice(id.indexOf("/") + 1);
  return tokens.some((token) =>
    token.endsWith("*")
      ? id.startsWith(token.slice(0, -1)) || name.startsWith(token.slice(0, -1))
      : id === token || name === token,
  );
}

/** Notes by its canonical name what a request could not say; the same name counts once. */
export type Lose = (what: string) => void;

/** A note pad for one request. */
export function makeLosses(): { readonly lose: Lose; readonly names: () => readonly string[] } {
  const found = new Set<string>();
  return { lose: (what) => void found.add(what), names: () => [...found] };
}

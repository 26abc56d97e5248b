/** One is drawn by its share of all weights, whatever they add up to; the others follow by theirs (X-F4). */
export function byWeight<T extends { readonly weight?: number | undefined }>(
  all: readonly T[],
  chance: number,
): readonly T[] {
  let left = chance * totalWeight(all);
  const drawn = all.findIndex(({ weight = 1 }) => {
    left -= weight;
    return left < 0;
  });
  const first = Math.max(0, drawn);
  const rest = all.filter((_, i) => i !== first);
  return [
    ...all.slice(first, first + 1),
    ...rest.toSorted((a, b) => (b.weight ?? 1) - (a.weight ?? 1)),
  ];
}

export function totalWeight(all: readonly { readonly weight?: number | undefined }[]): number {
  return all.reduce((sum, { weight = 1 }) => sum + weight, 0);
}

/** Whether a version such as `2.1.329` is another or a later one; parts are compared as numbers, and a missing one is 0. */
export function isAtLeast(version: string, other: string): boolean {
  const [a, b] = [partsOf(version), partsOf(other)];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** What stands behind the numbers, such as `-beta.1`, is not looked at. */
function partsOf(version: string): readonly number[] {
  const [numbers = ""] = /^\d{1,9}(?:\.\d{1,9}){0,9}/.exec(version.trim()) ?? [];
  return numbers.split(".").map(Number);
}

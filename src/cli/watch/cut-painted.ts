const PAINT = /\u001b\[[0-9;]*m/y;
const PLAIN = "\u001b[0m";

/** Cuts a painted text to a width; colours take none, and end with the cut. */
export function cutPainted(text: string, width: number): string {
  let shown = 0;
  let isPainted = false;
  for (let at = 0; at < text.length; ) {
    const paint = new RegExp(PAINT);
    paint.lastIndex = at;
    const found = paint.exec(text)?.[0];
    if (found !== undefined) {
      isPainted = true;
      at += found.length;
      continue;
    }
    if (shown === width) return `${text.slice(0, at)}${isPainted ? PLAIN : ""}`;
    shown += 1;
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return text;
}

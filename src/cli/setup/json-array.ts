import { splice } from "../connect/json-edit.ts";

/** Where an element of a JSON array stands, in bytes. */
export interface Element {
  readonly start: number;
  readonly end: number;
}

/** The elements of a valid JSON array. */
export function elementsOf(array: Buffer): readonly Element[] {
  // One character a byte: UTF-8 bytes never look like JSON's own characters.
  const text = array.toString("latin1");
  const elements: Element[] = [];
  let start: number | undefined;
  let end = 0;
  let depth = 0;
  for (let at = text.indexOf("[") + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (depth === 0 && (character === "," || character === "]")) {
      if (start !== undefined) elements.push({ start, end });
      start = undefined;
      if (character === "]") break;
      continue;
    }
    if (/\s/.test(character)) continue;
    start ??= at;
    if (character === '"') at = endOfString(text, at);
    else if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
    end = at + 1;
  }
  return elements;
}

/** Takes an element out, with the comma that belonged to it. */
export function removeElement(array: Buffer, element: Element): Buffer {
  const elements = elementsOf(array);
  const index = elements.findIndex(({ start }) => start === element.start);
  const previous = elements[index - 1];
  const next = elements[index + 1];
  if (previous !== undefined) return splice(array, previous.end, element.end, "");
  if (next !== undefined) return splice(array, element.start, next.start, "");
  return Buffer.from("[]");
}

/** The closing quote of a string. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === "\\" ? 2 : 1;
  return at;
}

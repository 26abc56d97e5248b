import { NOTHING_LEFT, OWN_SEARCH_ID, SEAL_MARK } from "../../canonical/index.ts";

/** How a value begins, by the member that has it: the proof of a thought, the id of a search that was run here. */
const PROOFS: ReadonlyMap<string, string> = new Map([
  ['"signature"', `"${SEAL_MARK}`],
  ['"data"', `"${SEAL_MARK}`],
  ['"id"', `"${OWN_SEARCH_ID}`],
  ['"tool_use_id"', `"${OWN_SEARCH_ID}`],
]);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `{ messages: [ { content: [ {` */
const BLOCK_DEPTH = 5;
const LIST_DEPTH = 4;
const TEXT_BLOCK = JSON.stringify({ type: "text", text: NOTHING_LEFT });

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Element extends Span {
  readonly isSealed: boolean;
}

interface Container {
  readonly start: number;
  /** The member that is being read, with its quotes; undefined in a list. */
  key: string | undefined;
  isSealed: boolean;
  /** Objects right inside of a list. */
  readonly elements: Element[];
}

/** What to look for in a body that may have such blocks: a search begins with its first letter, and few words have this one. */
export const SEALED_TRACE = SEAL_MARK.slice(SEAL_MARK.indexOf("w"));

/**
 * Takes the blocks out of `messages[].content[]` whose thinking other providers proved, and the searches that were run here, and
 * leaves every other byte: Anthropic refuses a signature, and what a page said, that is not its own. `isForeign` knows the proofs
 * that bear no mark. A body that is no JSON stays as it is.
 */
export function cutSealed(
  body: Buffer,
  isForeign: (proof: string) => boolean = () => false,
): Buffer {
  // One character a byte: offsets are byte offsets.
  const lists = sealedLists(body.toString("latin1"), isForeign);
  const parts: Buffer[] = [];
  let from = 0;
  for (const { start, end, instead } of lists.flatMap(cutsOf)) {
    parts.push(body.subarray(from, start), Buffer.from(instead));
    from = end;
  }
  return parts.length === 0 ? body : Buffer.concat([...parts, body.subarray(from)]);
}

function cutsOf(elements: readonly Element[]): readonly (Span & { readonly instead: string })[] {
  const [first] = elements;
  const last = elements.at(-1);
  if (first === undefined || last === undefined) return [];
  const lastKept = elements.findLastIndex(({ isSealed }) => !isSealed);
  // An empty turn is refused everywhere.
  if (lastKept < 0) return [{ start: first.start, end: last.end, instead: TEXT_BLOCK }];
  return elements.flatMap((element, index) => {
    if (!element.isSealed) return [];
    // Each goes with its comma: the one behind it, or at the end of the list the one in front.
    const start = index < lastKept ? element.start : (elements[index - 1] ?? element).end;
    const end = index < lastKept ? (elements[index + 1] ?? element).start : element.end;
    return [{ start, end, instead: "" }];
  });
}

/** Strings whole, and the characters that give a text its structure. */
function* tokensOf(text: string): Generator<{ readonly token: string; readonly index: number }> {
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '"') {
      const end = stringEnd(text, index);
      yield { token: text.slice(index, end), index };
      index = end - 1;
    } else if ("{}[]:,".includes(character)) yield { token: character, index };
  }
}

/** Not by a pattern, for strings of megabytes with an escape every few characters are usual. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) return at + 1;
  }
  return text.length;
}

/** The lists of blocks that hold a sealed one. */
function sealedLists(
  text: string,
  isForeign: (proof: string) => boolean,
): readonly (readonly Element[])[] {
  const found: (readonly Element[])[] = [];
  const open: Container[] = [];
  let previous = "";
  for (const { token, index } of tokensOf(text)) {
    const inside = open.at(-1);
    if (token === "{" || token === "[") {
      open.push({ start: index, key: undefined, isSealed: false, elements: [] });
    } else if (token === "}" || token === "]") {
      const closed = open.pop();
      const list = open.at(-1);
      if (closed === undefined) return [];
      if (open.length === LIST_DEPTH) {
        list?.elements.push({ start: closed.start, end: index + 1, isSealed: closed.isSealed });
      } else if (closed.elements.some(({ isSealed }) => isSealed)) found.push(closed.elements);
    } else if (inside !== undefined && token.startsWith('"')) {
      if (previous === ":") {
        inside.isSealed ||= isProof(open, inside, token, isForeign);
      } else inside.key = token;
    }
    previous = token;
  }
  return open.length === 0 ? found : [];
}

function isProof(
  open: readonly Container[],
  { key = "" }: Container,
  value: string,
  isForeign: (proof: string) => boolean,
): boolean {
  const beginning = PROOFS.get(key);
  return (
    beginning !== undefined &&
    open.length === BLOCK_DEPTH &&
    open[0]?.key === '"messages"' &&
    open[2]?.key === '"content"' &&
    (value.startsWith(beginning) || isForeign(value.slice(1, -1)))
  );
}

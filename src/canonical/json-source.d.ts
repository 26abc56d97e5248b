/** Parts of the JSON object that Node 24 has and TypeScript's library does not yet know. */
interface JSON {
  /** Calls `reviver` with the text of each primitive value. */
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  /** A value that `JSON.stringify` writes as this text. */
  rawJSON(text: string): object;
}

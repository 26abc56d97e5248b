/** Bytes as the address that stands for them. */
export function dataUrl(source: { readonly mediaType: string; readonly data: string }): string {
  return `data:${source.mediaType};base64,${source.data}`;
}

/** The text of a document under its title. */
export function titledText(text: string, title: string | undefined): string {
  return title === undefined ? text : `${title}\n\n${text}`;
}

import type { Block } from "../../../canonical/index.ts";

/** Bytes as the address that stands for them. */
export function dataUrl(source: { readonly mediaType: string; readonly data: string }): string {
  return `data:${source.mediaType};base64,${source.data}`;
}

/** The text of a document under its title. */
export function titledText(text: string, title: string | undefined): string {
  return title === undefined ? text : `${title}\n\n${text}`;
}

const DETAILS: ReadonlySet<unknown> = new Set(["low", "high", "auto"]);

/** How closely an image is to be looked at, which OpenAI's dialects have in common; undefined: not said. */
export function detailOf(block: Block): string | undefined {
  const detail = block.type === "image" ? block.extra?.["detail"] : undefined;
  return typeof detail === "string" && DETAILS.has(detail) ? detail : undefined;
}

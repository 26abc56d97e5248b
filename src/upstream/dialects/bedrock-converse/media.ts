import type { DocumentBlock, ImageBlock, JsonObject } from "../../../canonical/index.ts";
import type { Lose } from "../shared/losses.ts";
import { titledText } from "../shared/media.ts";
import type { ConverseTraits } from "./traits.ts";

/** @source https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ImageBlock.html and API_runtime_DocumentBlock.html (read 2026-11-26) */
const IMAGES: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpeg",
  "image/jpg": "jpeg",
  "image/gif": "gif",
  "image/webp": "webp",
};
const DOCUMENTS: Readonly<Record<string, string>> = {
  "application/pdf": "pdf",
  "text/csv": "csv",
  "application/msword": "doc",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/vnd.ms-excel": "xls",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "text/html": "html",
  "text/plain": "txt",
  "text/markdown": "md",
};

/** Writes images and documents; in their place a text where the model cannot have them, so that it knows. Owned by one request's writer. */
export class MediaWriter {
  readonly #traits: ConverseTraits;
  readonly #lose: Lose;
  #documents = 0;

  constructor(traits: ConverseTraits, lose: Lose) {
    this.#traits = traits;
    this.#lose = lose;
  }

  write(block: ImageBlock | DocumentBlock): JsonObject {
    const { source } = block;
    const title = block.type === "document" ? block.title : undefined;
    if (source.kind === "text") return { text: titledText(source.text, title) };
    if (source.kind === "base64") {
      const written = block.type === "image" ? this.#image(source) : this.#document(source, title);
      if (written !== undefined) return written;
    }
    this.#lose(`content[].${block.type}`);
    return { text: `[${block.type} omitted: the model cannot read it in this form]` };
  }

  #image({ mediaType, data }: Bytes): JsonObject | undefined {
    const format = IMAGES[mediaType];
    if (format === undefined || !this.#traits.images) return undefined;
    return { image: { format, source: { bytes: data } } };
  }

  /** A name takes few characters, and has to be another for each document. */
  #document({ mediaType, data }: Bytes, title: string | undefined): JsonObject | undefined {
    const format = DOCUMENTS[mediaType];
    if (format === undefined || !this.#traits.documents) return undefined;
    this.#documents += 1;
    const words = (title ?? "")
      .replaceAll(/[^A-Za-z0-9 ()[\]-]+/g, " ")
      .replaceAll(/ +/g, " ")
      .trim();
    const name = `${words === "" ? "Document" : words.slice(0, 150)} ${this.#documents}`;
    return { document: { format, name, source: { bytes: data } } };
  }
}

interface Bytes {
  readonly mediaType: string;
  readonly data: string;
}

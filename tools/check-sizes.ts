import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./project-files.ts";

const WORTH_A_QUESTION = 300;

/** The files of code that are long, and the median; a reviewer's question, never a failure. */
export function fileSizes(files: readonly string[]): readonly string[] {
  const sizes = files
    .filter((file) => /^(?:src|tools)\/.*\.(?:ts|mjs)$/.test(file))
    .filter((file) => !/\.test\.|\.generated\./.test(file))
    .map((file) => ({ file, lines: readFileSync(join(ROOT, file), "utf8").split("\n").length }))
    .toSorted((a, b) => b.lines - a.lines);
  const median = sizes[Math.floor(sizes.length / 2)]?.lines ?? 0;
  return [
    `${sizes.length} files of code, median ${median} lines`,
    ...sizes
      .filter(({ lines }) => lines > WORTH_A_QUESTION)
      .map(({ file, lines }) => `warning: ${file} has ${lines} lines`),
  ];
}

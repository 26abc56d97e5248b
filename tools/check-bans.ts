import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./project-files.ts";

interface Ban {
  readonly pattern: RegExp;
  /** What to do instead. */
  readonly message: string;
  readonly isBannedIn: (file: string) => boolean;
}

/** Files that are recorded, written by a program, or licences: not our words. */
const FOREIGN =
  /(?:^|\/)(?:__fixtures__|recordings)\/|\.(?:gz|png|ico|jsonl|sse)$|package-lock\.json$|^LICENSE$|\.generated\.|^tools\/check-bans/;

const isCode = (file: string): boolean => /\.(?:ts|mjs|tsx)$/.test(file);
const isTest = (file: string): boolean => /\.test\.(?:ts|mjs)$|\/testing\.ts$/.test(file);
const isProduct = (file: string): boolean =>
  file.startsWith("src/") && isCode(file) && !isTest(file);
const isProductOutside =
  (...places: readonly string[]) =>
  (file: string): boolean =>
    isProduct(file) && !places.some((place) => file.startsWith(place));

const OWNERS_OF_THE_PROCESS = ["src/main.ts", "src/config/", "src/base/", "src/cli/"];

const BANS: readonly Ban[] = [
  {
    pattern: /\bprocess\.env\b/,
    message: "process.env: take the value as an argument",
    isBannedIn: isProductOutside(...OWNERS_OF_THE_PROCESS),
  },
  {
    pattern: /\bDate\.now\b|\bnew Date\(\)/,
    message: "the wall clock: take a Clock as an argument (base/clock)",
    isBannedIn: isProductOutside(...OWNERS_OF_THE_PROCESS),
  },
  {
    pattern: /\bMath\.random\b/,
    message: "Math.random: take the source of randomness as an argument",
    isBannedIn: isProductOutside(...OWNERS_OF_THE_PROCESS),
  },
  {
    pattern: /(?<![.\w])fetch\(/,
    message: "fetch: use upstream/transport",
    isBannedIn: isProduct,
  },
  {
    pattern: /\bReadable\.toWeb\b/,
    message: "Readable.toWeb breaks when clients leave: pipe node streams",
    isBannedIn: isProduct,
  },
  {
    pattern: /\b(?:it|test|describe|suite)\.only\(|\bonly: true\b/,
    message: "a test that silences all others",
    isBannedIn: isTest,
  },
  {
    pattern: /\b(?:it|test|describe|suite)\.(?:skip|todo)\(|\b(?:skip|todo): true\b|\.skip\(\)/,
    message: "a skipped test without a reason: write { skip: 'reason' }",
    isBannedIn: isTest,
  },
  {
    pattern:
      /["'`\s(](?:\/work\/|\/root\/|\/Users\/(?!you\b)\w|\/home\/(?!node\b|you\b|user\b)\w|\/tmp\/)/,
    message: "a path of one machine: use os.tmpdir(), import.meta.dirname or ~",
    isBannedIn: (file) => !isTest(file),
  },
  {
    pattern: /registry\.(?:npm[j]s|yarn[p]kg)|npm[m]irror|artifac[t]ory/,
    message: "the host of a package registry",
    isBannedIn: () => true,
  },
];

/** Says where code uses what this project does without, one line each. */
export function checkBans(
  files: readonly string[],
  read: (file: string) => string = (file) => readFileSync(join(ROOT, file), "utf8"),
): readonly string[] {
  return files
    .filter((file) => !FOREIGN.test(file))
    .flatMap((file) => {
      const bans = BANS.filter((ban) => ban.isBannedIn(file));
      if (bans.length === 0) return [];
      const lines = read(file)
        .split("\n")
        .map(isCode(file) ? withoutComment : (line) => line);
      return lines.flatMap((line, index) =>
        bans
          .filter(({ pattern }) => pattern.test(line))
          .map(({ message }) => `${file}:${index + 1}: ${message}`),
      );
    });
}

function withoutComment(line: string): string {
  return /^\s*(?:\*|\/\/|\/\*)/.test(line) ? "" : line.replace(/\s\/\/ .*$/, "");
}

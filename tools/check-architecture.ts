import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { ROOT } from "./project-files.ts";

/** Which folders of `src` each folder may import; the graph has no cycles. `main.ts` may import all. */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  canonical: ["base"],
  upstream: ["base", "canonical"],
  config: ["base"],
  quota: ["base"],
  store: ["base"],
  identity: ["base", "store"],
  vault: ["base", "store"],
  observe: ["base", "store"],
  metering: ["base", "upstream"],
  ledger: ["base", "metering", "store"],
  policy: ["base", "store", "ledger", "metering"],
  routing: ["base", "canonical", "upstream", "quota", "store", "vault"],
  exchange: [
    "base",
    "canonical",
    "identity",
    "vault",
    "policy",
    "routing",
    "upstream",
    "metering",
    "ledger",
    "store",
    "quota",
    "observe",
  ],
  ingress: [
    "base",
    "canonical",
    "exchange",
    "identity",
    "vault",
    "policy",
    "store",
    "quota",
    "observe",
    "ledger",
    "metering",
  ],
  listener: ["base", "ingress", "observe"],
  cli: [
    "base",
    "upstream",
    "config",
    "quota",
    "store",
    "identity",
    "vault",
    "policy",
    "observe",
    "metering",
    "ledger",
    "routing",
  ],
  composition: [
    "base",
    "canonical",
    "upstream",
    "config",
    "quota",
    "store",
    "identity",
    "vault",
    "observe",
    "metering",
    "ledger",
    "policy",
    "routing",
    "exchange",
    "ingress",
    "listener",
    "cli",
  ],
};

/** Pairs of folders between which only types may pass. */
const TYPES_ONLY: ReadonlySet<string> = new Set(["metering -> upstream"]);

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(?<types>type\s)?(?:[^;"']*?\sfrom\s*)?"(?<path>\.[^"]+)"|\bimport\(\s*"(?<lazy>\.[^"]+)"/g;

interface Import {
  readonly target: string;
  readonly typesOnly: boolean;
}

/** Says which import between folders the layers forbid, one line each. */
export function checkArchitecture(
  files: readonly string[],
  read: (file: string) => string = (file) => readFileSync(join(ROOT, file), "utf8"),
  exists: (file: string) => boolean = (file) => existsSync(join(ROOT, file)),
): readonly string[] {
  const sources = files.filter((file) => file.startsWith("src/") && file.endsWith(".ts"));
  return [
    ...findCycles(LAYERS),
    ...sources.flatMap((file) =>
      importsOf(file, read(file)).flatMap((found) => judge(file, found, exists)),
    ),
  ];
}

function judge(
  file: string,
  { target, typesOnly }: Import,
  exists: (file: string) => boolean,
): readonly string[] {
  const from = folderOf(file);
  const to = folderOf(target);
  const complaints: string[] = [];
  if (!target.startsWith("src/")) {
    complaints.push(`${file}: imports ${target}, which is outside src`);
  } else if (from !== undefined && from !== to) {
    const allowed = LAYERS[from];
    if (allowed === undefined) {
      complaints.push(`${file}: the folder ${from} is not in LAYERS (tools/check-architecture.ts)`);
    } else if (to === undefined || !allowed.includes(to)) {
      complaints.push(`${file}: ${from} may not import ${to ?? target}`);
    } else if (TYPES_ONLY.has(`${from} -> ${to}`) && !typesOnly && !file.endsWith(".test.ts")) {
      complaints.push(`${file}: ${from} may import only types of ${to} (write \`import type\`)`);
    }
  }
  const face = publicFace(file, target, exists);
  if (face !== undefined) {
    complaints.push(`${file}: imports ${target} past its folder's public face ${face}`);
  }
  return complaints;
}

/** The outermost index.ts on the way to the target that the import went past. */
function publicFace(
  file: string,
  target: string,
  exists: (file: string) => boolean,
): string | undefined {
  const steps = dirname(target).split("/");
  for (let depth = 2; depth <= steps.length; depth += 1) {
    const folder = steps.slice(0, depth).join("/");
    const index = `${folder}/index.ts`;
    if (!file.startsWith(`${folder}/`) && target !== index && exists(index)) return index;
  }
  return undefined;
}

function importsOf(file: string, source: string): readonly Import[] {
  return [...source.matchAll(IMPORT)].map(({ groups }) => ({
    target: posix.join(dirname(file), groups?.["path"] ?? groups?.["lazy"] ?? ""),
    typesOnly: groups?.["types"] !== undefined,
  }));
}

function folderOf(file: string): string | undefined {
  const steps = file.split("/");
  return steps.length > 2 ? steps[1] : undefined;
}

/** One line for each folder that can reach itself. */
export function findCycles(layers: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const reaches = (from: string, goal: string, seen: ReadonlySet<string>): boolean =>
    (layers[from] ?? []).some(
      (next) => next === goal || (!seen.has(next) && reaches(next, goal, new Set([...seen, next]))),
    );
  return Object.keys(layers)
    .filter((folder) => reaches(folder, folder, new Set()))
    .map((folder) => `LAYERS: ${folder} reaches itself`);
}

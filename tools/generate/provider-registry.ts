import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { GeneratedFile } from "../generate-prices.ts";
import { ROOT } from "../project-files.ts";

export const PROVIDERS_FOLDER = "src/upstream/providers";

/** The list of all providers, one import a folder: a new provider is a new folder and nothing else. */
export function generateProviderRegistry(): GeneratedFile {
  const ids = providerIds();
  const imports = ids.map((id) => `import { provider as ${nameOf(id)} } from "./${id}/index.ts";`);
  const lines = [
    "// Generated from the folders beside it: npm run generate",
    ...imports,
    `import type { ProviderDefinition } from "./provider.ts";`,
    "",
    "/** Every provider of another dialect, by its id. */",
    "export const PROVIDERS: ReadonlyMap<string, ProviderDefinition> = new Map(",
    `  [${ids.map(nameOf).join(", ")}].map((provider) => [provider.id, provider] as const),`,
    ");",
    "",
  ];
  return { path: `${PROVIDERS_FOLDER}/registry.generated.ts`, content: lines.join("\n") };
}

/** The folders that define a provider, which are its ids. */
export function providerIds(): readonly string[] {
  return readdirSync(join(ROOT, PROVIDERS_FOLDER), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => definesProvider(name))
    .toSorted();
}

function definesProvider(folder: string): boolean {
  return readFileSync(join(ROOT, PROVIDERS_FOLDER, folder, "index.ts"), "utf8").includes(
    "export const provider",
  );
}

function nameOf(id: string): string {
  return id.replaceAll(/[^a-z0-9]+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase());
}

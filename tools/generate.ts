import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateCliPage } from "./generate/cli-page.ts";
import { generateConfigPage, generateConfigSchema } from "./generate/config-page.ts";
import { generateErrorPage } from "./generate/error-page.ts";
import { generateMetricPage } from "./generate/metric-page.ts";
import { generateProviderPage } from "./generate/provider-page.ts";
import { generateProviderRegistry } from "./generate/provider-registry.ts";
import { generateResidencyPage } from "./generate/residency-page.ts";
import { generateRoutePage } from "./generate/route-page.ts";
import { generateRulesPage } from "./generate/rules-page.ts";
import { type GeneratedFile, generate as generatePrices } from "./generate-prices.ts";
import { ROOT } from "./project-files.ts";

/** Every file that is made from another, as it should be now. */
export function generateAll(): readonly GeneratedFile[] {
  return [
    generateErrorPage(),
    generateConfigSchema(),
    generateConfigPage(),
    generateMetricPage(),
    generateRulesPage(),
    generateRoutePage(),
    generateResidencyPage(),
    generateCliPage(),
    generateProviderRegistry(),
    generateProviderPage(),
    ...generatePrices(),
  ];
}

/** Names the generated files that differ from their sources. */
export function staleFiles(): readonly string[] {
  return generateAll()
    .filter(({ path, content }) => content !== contentOf(path))
    .map(({ path }) => `${path} does not match its source: npm run generate`);
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(join(ROOT, path), "utf8");
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  for (const { path, content } of generateAll()) {
    if (contentOf(path) === content) continue;
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), content);
    console.log(`wrote ${path}`);
  }
}

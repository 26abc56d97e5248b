import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { GeneratedFile } from "../generate-prices.ts";
import { ROOT } from "../project-files.ts";
import { markdownTable, pageHead } from "./markdown.ts";
import { PROVIDERS_FOLDER, providerIds } from "./provider-registry.ts";

/** By path and at once, for the registry may be older than the folders. */
const load = createRequire(import.meta.url);

const INTRODUCTION = [
  "A model of one of these is asked for as `provider/model`, such as `groq/openai/gpt-oss-120b`. Store a key with",
  "`spillway byok set <provider>`, or name one under [`providers`](config.md), where the URL is changed too. Names without a",
  "provider in front of them go to Anthropic. A provider that is missing takes [one folder](../guide/add-a-provider.md).",
  "What a [cloud](../guide/clouds.md) needs beside a URL and a key stands in a section of its entry.",
  "Each has a page of its own, which says where its documentation is and what is known to be missing.",
];

/** The reference page of all providers. */
export function generateProviderPage(): GeneratedFile {
  const rows = providerIds().map((id) => {
    const { defaultBaseUrl, needsKey, cloud } = readProvider(id);
    const page = readFileSync(join(ROOT, PROVIDERS_FOLDER, id, "README.md"), "utf8");
    const name = /^# (.+)$/m.exec(page)?.[1] ?? id;
    const dialect = /^Dialect: (.+?)\.(?: |$)/m.exec(page)?.[1] ?? "";
    const own = cloud === undefined ? "yours: set `url`" : `by section \`${cloud.kind}\``;
    const url = defaultBaseUrl === undefined ? own : `\`${defaultBaseUrl}\``;
    const key = needsKey ? "yes" : "no";
    return [
      `[\`${id}\`](../../${PROVIDERS_FOLDER}/${id}/README.md)`,
      name,
      dialect,
      url,
      cloud === undefined ? key : "or the cloud's credentials",
    ];
  });
  const content = [
    ...pageHead("Providers", PROVIDERS_FOLDER),
    ...INTRODUCTION,
    "",
    ...markdownTable(["id", "provider", "dialect", "default URL", "key needed"], rows),
    "",
  ].join("\n");
  return { path: "docs/reference/providers.md", content };
}

interface Described {
  readonly defaultBaseUrl: string | undefined;
  readonly needsKey: boolean;
  readonly cloud?: { readonly kind: string };
}

function readProvider(id: string): Described {
  const module: unknown = load(join(ROOT, PROVIDERS_FOLDER, id, "index.ts"));
  if (!hasProvider(module))
    throw new Error(`${PROVIDERS_FOLDER}/${id}/index.ts exports no provider`);
  return module.provider;
}

function hasProvider(module: unknown): module is { readonly provider: Described } {
  return typeof module === "object" && module !== null && "provider" in module;
}

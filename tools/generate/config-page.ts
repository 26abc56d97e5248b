import { ENVIRONMENT } from "../../src/config/environment-table.ts";
import {
  configJsonSchema,
  configReference,
  type FieldReference,
} from "../../src/config/reference.ts";
import type { GeneratedFile } from "../generate-prices.ts";
import { markdownTable, pageHead } from "./markdown.ts";

/** The JSON Schema that editors use for `spillway.yaml`. */
export function generateConfigSchema(): GeneratedFile {
  const content = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
  return { path: "docs/reference/config.schema.json", content };
}

/** The page of every field of `spillway.yaml` and of every environment variable. */
export function generateConfigPage(): GeneratedFile {
  const groups = Map.groupBy(configReference(), ({ path }) => path.split(/[.[]/)[0] ?? path);
  const sections = [...groups].flatMap(([group, fields]) => [
    `## ${group}`,
    "",
    ...markdownTable(["Field", "Type", "Default", "Meaning"], fields.map(row)),
    "",
  ]);
  const variables = ENVIRONMENT.map(({ name, path, description, onlyWith }) => [
    `\`${name}\``,
    path === undefined ? "" : `\`${path}\``,
    onlyWith === undefined ? description : `${description} Only with \`${onlyWith}\`.`,
  ]);
  const content = [
    ...pageHead("Configuration", "src/config"),
    "No configuration is needed. Flags win over the environment, the environment over `spillway.yaml`, the",
    "file over the defaults. An editor completes the file with `docs/reference/config.schema.json`.",
    "",
    "Fields marked *restart* take effect at the next start; all others when the file is saved.",
    "",
    ...sections,
    "## Environment",
    "",
    ...markdownTable(["Variable", "Sets", "Meaning"], variables),
    "",
  ].join("\n");
  return { path: "docs/reference/config.md", content };
}

function row(field: FieldReference): readonly string[] {
  const marks = [
    ...(field.needsRestart ? ["*restart*"] : []),
    ...(field.env.length > 0 ? [field.env.map((name) => `\`${name}\``).join(", ")] : []),
  ];
  return [
    `\`${field.path}\``,
    field.type,
    shownDefault(field),
    [field.description, ...marks].join(" "),
  ];
}

function shownDefault(field: FieldReference): string {
  if (field.required) return "required";
  return field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``;
}

import { FACT_NAMES, RULE_FACTS } from "../../src/routing/rules/facts.ts";
import type { GeneratedFile } from "../generate-prices.ts";
import { markdownTable, pageHead } from "./markdown.ts";

/** The page of what a rule can ask of a request. */
export function generateRulesPage(): GeneratedFile {
  const facts = FACT_NAMES.map((name) => {
    const { type, description } = RULE_FACTS[name];
    return [`\`${name}\``, type, description];
  });
  const content = [
    ...pageHead("Rules", "src/routing/rules"),
    "A rule (`routing.rules`) says which name a request has. Its `when` is a condition in the Common Expression",
    "Language over the facts below. It is read when the configuration is; what means nothing is refused then. What",
    "cannot be told of a request, such as a header that is not there, does not match, and the explanation says so.",
    "",
    "## Facts",
    "",
    ...markdownTable(["Fact", "Type", "What it is"], facts),
    "",
    "## What can be asked of them",
    "",
    "- `&&`, `||`, `!`, `?:`, `==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `+`, `-`, `*`, `/`, `%`, lists",
    '- `text.startsWith("…")`, `endsWith`, `contains`, `lowerAscii()`, `upperAscii()`, `trim()`, `size()`',
    '- `text.like("claude-*")`: `*` stands for any characters. Regular expressions are left out, for one can take forever',
    '- `version.atLeast("2.1.300")`: compares the parts as numbers',
    "- `list.exists(x, …)`, `all`, `exists_one`, also of a map's names; not within one another",
    "- `size(x)`, `has(headers.accept)`, `int(x)`, `double(x)`, `string(x)`",
    "",
    "An expression has at most 4,000 characters. Conditions beside `when` (`model`, `tier`, `class`, `principal`, `key`,",
    '`client`), and those that stand in it as `class == "main" && …`, are looked up and cost nothing where they do not hold.',
    "",
  ].join("\n");
  return { path: "docs/reference/rules.md", content };
}

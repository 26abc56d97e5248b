import { ENDPOINTS } from "../../src/policy/residency/index.ts";
import type { GeneratedFile } from "../generate-prices.ts";
import { markdownTable, pageHead } from "./markdown.ts";

const INTRODUCTION = [
  "Where the upstreams that Spillway knows process content, the first row that fits a request. What is not here is unknown, and",
  "satisfies no data policy until [`residency.endpoints`](config.md) says something of it; see",
  "[the guide](../guide/overflow.md#where-it-may-be-processed).",
];

/** The reference page of what is known of places. */
export function generateResidencyPage(): GeneratedFile {
  const rows = ENDPOINTS.map(({ origin, ask, place, guarantee, source, verified }) => [
    origin.replace("https://", ""),
    ask ?? "",
    place,
    guarantee,
    `[${verified}](${source})`,
  ]);
  const content = [
    ...pageHead("Places of processing", "src/policy/residency"),
    ...INTRODUCTION,
    "",
    ...markdownTable(["upstream", "with", "place", "guarantee", "source"], rows),
    "",
  ].join("\n");
  return { path: "docs/reference/residency.md", content };
}

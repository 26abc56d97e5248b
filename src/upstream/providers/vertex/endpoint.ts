import type { GooglePlace } from "../provider.ts";

/** @source https://docs.cloud.google.com/vertex-ai/generative-ai/docs/learn/locations (read 2026-11-26) */
export function endpointOf({ url, project, location }: GooglePlace): string {
  const host = (url ?? `https://${hostOf(location)}`).replace(/\/(?:v1\/?)?$/, "");
  return `${host}/v1/projects/${project}/locations/${location}`;
}

function hostOf(location: string): string {
  if (location === "global") return "aiplatform.googleapis.com";
  const isSeveral = location === "us" || location === "eu";
  return isSeveral
    ? `aiplatform.${location}.rep.googleapis.com`
    : `${location}-aiplatform.googleapis.com`;
}

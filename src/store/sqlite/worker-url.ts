/** The file of a worker thread beside this one: TypeScript in a checkout, JavaScript in the published package. */
export function workerUrl(name: string): URL {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`./${name}.worker.${extension}`, import.meta.url);
}

import type { HeaderList } from "../../../base/header-list.ts";

/**
 * Fields by which a client could have Google do something else than it is asked for, such as billing another project.
 * @source https://docs.cloud.google.com/apis/docs/system-parameters (read 2026-11-26)
 */
const STEERING = /^(?:x-goog-(?!api-client$).*|x-http-method-override)$/i;

export function withoutSteering(headers: HeaderList): string[] {
  return headers.filter((_, at) => !STEERING.test(headers[at - (at % 2)] ?? ""));
}

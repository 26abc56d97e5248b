import type { HeaderList } from "../../base/header-list.ts";
import { ok } from "../../base/result.ts";
import type { BoundDialect } from "../dialects/bind.ts";

/** @source https://platform.claude.com/docs/en/api/overview (read 2026-11-21) */
export const ANTHROPIC_VERSION: HeaderList = ["anthropic-version", "2023-06-01"];

/** A dialect whose paths are under another one, and whose requests have these fields besides their own. */
export function at(under: string, bound: BoundDialect, fields: HeaderList = []): BoundDialect {
  return {
    ...bound,
    under: `${under}${bound.under ?? ""}`,
    writeRequest(request) {
      const written = bound.writeRequest(request);
      if (!written.ok) return written;
      const { path, headers = [] } = written.value;
      return ok({ ...written.value, path: `${under}${path}`, headers: [...fields, ...headers] });
    },
  };
}

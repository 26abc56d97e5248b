import type { PayMode } from "../store/key-record.ts";

/** Where the answer to "who pays" may come from, the strongest first (design R2). */
export interface PayModeSources {
  /** The request's own header asked for overflow. */
  readonly asksOverflow: boolean;
  /** The virtual key's setting. */
  readonly key: PayMode | undefined;
  /** The configuration's. */
  readonly config: PayMode | undefined;
  /** What the stored credential was set up for; undefined when none may be used for this request. */
  readonly stored: { readonly overflow: boolean } | undefined;
  readonly hasKey: boolean;
}

/** Which mode was asked for, before it is known whether the request has what the mode needs. */
export function payModeOf(sources: PayModeSources): PayMode {
  if (sources.asksOverflow) return "overflow";
  const named = sources.key ?? sources.config;
  if (named !== undefined) return named;
  if (sources.stored?.overflow === true) return "overflow";
  return sources.hasKey && sources.stored !== undefined ? "inject" : "session";
}

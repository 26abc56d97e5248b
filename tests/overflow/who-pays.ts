/** Who has to pay for a request, worked out from the rulings R2, R4 and R16 alone. */

export type PayMode = "session" | "inject" | "overflow";
export type Payer = "session" | "stored" | "nobody";

/** What the answer to "who pays" depends on. */
export interface Setup {
  readonly hasKey: boolean;
  readonly hasSession: boolean;
  /** `spills`: stored together with the wish that sessions overflow to it. */
  readonly stored: "none" | "plain" | "spills";
  readonly asksOverflow: boolean;
  readonly keyMode: PayMode | undefined;
  readonly configMode: PayMode | undefined;
}

const BOTH = [false, true] as const;
export const MODES = [undefined, "session", "inject", "overflow"] as const;

/** Every combination under one configuration and one state of the vault. */
export function setupsOf(
  configMode: PayMode | undefined,
  stored: Setup["stored"],
): readonly Setup[] {
  return BOTH.flatMap((hasSession) =>
    BOTH.flatMap((asksOverflow) =>
      BOTH.flatMap((hasKey) =>
        (hasKey ? MODES : [undefined]).map((keyMode) => ({
          hasKey,
          hasSession,
          stored,
          asksOverflow,
          keyMode,
          configMode,
        })),
      ),
    ),
  );
}

/** `config inject, key overflow, session, stored, header` */
export function nameOf(setup: Setup): string {
  return [
    `config ${setup.configMode ?? "unset"}`,
    setup.hasKey ? `key ${setup.keyMode ?? "unset"}` : "keyless",
    setup.hasSession ? "session" : "no session",
    { none: "nothing stored", plain: "stored", spills: "stored to spill" }[setup.stored],
    setup.asksOverflow ? "header" : "no header",
  ].join(", ");
}

/** What an upstream says to the credential that is tried first. */
export const OUTCOMES = {
  ok: { status: 200, spills: false },
  quota: { status: 429, spills: true },
  busy: { status: 429, spills: true },
  invalid: { status: 400, spills: false },
  unauthorised: { status: 401, spills: false },
  forbidden: { status: 403, spills: false },
  broken: { status: 500, spills: false },
  overloaded: { status: 529, spills: false },
  /** The connection is reset before any answer. */
  reset: { status: 502, spills: false },
} as const;
export type Outcome = keyof typeof OUTCOMES;

/** Whose credential is tried, in this order; the second only after a 429. */
export function payersOf(setup: Setup): readonly Payer[] {
  const isStored = setup.stored !== "none";
  const asked = askedMode(setup);
  if (asked === "overflow" && isStored && setup.hasSession) return ["session", "stored"];
  if (asked !== "session" && isStored && setup.hasKey) return ["stored"];
  if (setup.hasSession) return ["session"];
  // A key without anything that pays goes nowhere; without a key the upstream itself says what is missing.
  return setup.hasKey ? [] : ["nobody"];
}

/** The header, then the key, then the configuration, then what the key was stored for, then inject for keys (R2). */
function askedMode(setup: Setup): PayMode {
  if (setup.asksOverflow) return "overflow";
  if (setup.keyMode !== undefined) return setup.keyMode;
  if (setup.configMode !== undefined) return setup.configMode;
  if (setup.stored === "spills") return "overflow";
  return setup.hasKey && setup.stored === "plain" ? "inject" : "session";
}

/** What must become of one request. */
export interface Expected {
  /** Upstream calls in order; a reset may be tried once more. */
  readonly calls: readonly Payer[];
  /** Whose answer the client sees, byte for byte; or the gateway's own. */
  readonly from: Payer | "gateway";
  readonly status: number;
  readonly mode: "passthrough" | "byok" | "byok-overflow";
  readonly book: "subscription" | "api" | "overflow";
  /** Of a gateway error. */
  readonly code?: string;
}

const MODE_OF_ASKED = {
  session: "passthrough",
  inject: "byok",
  overflow: "byok-overflow",
} as const;

/** What must happen when the credential that is tried first meets this outcome, and a stored key after it serves. */
export function expectedOf(setup: Setup, outcome: Outcome): Expected {
  const payers = payersOf(setup);
  const [first] = payers;
  const { status, spills } = OUTCOMES[outcome];
  if (first === undefined) {
    return {
      calls: [],
      from: "gateway",
      status: 403,
      mode: MODE_OF_ASKED[askedMode(setup)],
      book: "api",
      code: "credential_missing",
    };
  }
  if (payers.length === 2 && spills) {
    return { calls: payers, from: "stored", status: 200, mode: "byok-overflow", book: "overflow" };
  }
  const mode = first === "stored" ? "byok" : "passthrough";
  const book = first === "session" ? "subscription" : "api";
  const shown = { calls: [first], mode, book } as const;
  if (outcome === "reset") return { ...shown, from: "gateway", status, code: "upstream_reset" };
  if (first === "stored" && (status === 401 || status === 403)) {
    return { ...shown, from: "gateway", status: 403, code: "stored_key_refused" };
  }
  return { ...shown, from: first, status };
}

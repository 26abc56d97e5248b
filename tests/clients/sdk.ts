import type { Asks } from "../golden/cases.ts";

/** What a program has of an answer, in words that all of them share. */
export interface Told {
  /** Undefined where the SDK leaves out why a model refused. */
  readonly text: string | undefined;
  /** Undefined where the SDK does not put thinking together. */
  readonly thinking: string | undefined;
  readonly calls: readonly {
    readonly id: unknown;
    readonly name: unknown;
    readonly input: unknown;
  }[];
  readonly stop: unknown;
  readonly tokens: { readonly input: unknown; readonly output: unknown };
}

export type Ask = Readonly<Record<string, unknown>>;
type Run = (input: unknown) => string;

/** An official SDK at work, on one model. */
export interface Opened {
  whole(ask: Ask): Promise<unknown>;
  /** With the SDK's own accumulator. */
  streamed(ask: Ask): Promise<unknown>;
  /** With the SDK's own loop around a tool `look`, or as its documentation writes one; the last text. */
  loop(ask: Ask, look: Run): Promise<string>;
}

export interface Sdk {
  readonly name: string;
  readonly asks: Asks;
  open(url: string, key: string, model: string): Promise<Opened>;
  /** Reads what `whole` and `streamed` give. */
  read(answer: unknown): Told;
  /** How it says that a stream broke off. */
  readonly brokenOff: RegExp;
  /** Its words for the ends of an answer. */
  readonly stops: Readonly<Record<"end" | "call" | "cut" | "refusal", string>>;
}

/** The tool that the loops run. */
export const LOOK = {
  name: "look",
  description: "Looks at a file.",
  schema: { type: "object", properties: { path: { type: "string" } } },
} as const;
export const NO_RETRIES = { maxRetries: 0, timeout: 20_000 };

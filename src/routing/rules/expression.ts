import type { Environment, EvaluationError, ParseError, TypeError } from "@marcbachmann/cel-js";
import { nearestName } from "../../base/nearest.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { FACT_NAMES, type RuleFacts } from "./facts.ts";
import { findForbidden, makeEnvironment } from "./language.ts";
import { necessaryIn } from "./necessary.ts";

/** Whether an expression holds; a failure says why that cannot be told, such as a header that is not there. */
export type Judgement = Result<boolean, string>;

/** An expression that was read and checked. */
export interface Expression {
  judge(facts: RuleFacts): Judgement;
  /** What has to be so for it to hold, as far as that can be looked up; see `necessary.ts`. */
  readonly necessary: ReadonlyMap<string, readonly string[]>;
}

const MAX_LENGTH = 4_000;
/** The library may name a type that is as long as the expression. */
const MAX_MESSAGE = 200;
const REFERENCE = "docs/reference/rules.md has the facts and what can be asked of them";

/** Reads expressions; made once for a set of rules. */
export class ExpressionReader {
  readonly #environment: Environment = makeEnvironment();

  /** The failure names the place in the text and the remedy. */
  read(text: string): Result<Expression, string> {
    if (text.length > MAX_LENGTH) return fail(`is longer than ${MAX_LENGTH} characters`);
    try {
      const parsed = this.#environment.parse(text);
      const forbidden = findForbidden(parsed.ast);
      if (forbidden !== undefined) return fail(at(text, forbidden.at, forbidden.message));
      const { valid, type, error } = parsed.check();
      if (!valid) return fail(describe(text, error));
      if (type !== "bool")
        return fail(`is no condition but gives ${type}; compare it with something`);
      return ok({ judge: (facts) => judge(parsed, facts), necessary: necessaryIn(parsed.ast) });
    } catch (error) {
      return fail(describe(text, error));
    }
  }
}

function judge(parsed: (facts: RuleFacts) => unknown, facts: RuleFacts): Judgement {
  try {
    return ok(parsed(facts) === true);
  } catch (error) {
    return fail(reasonOf(error));
  }
}

/** A fact that is not known is to the library a variable that is not there. */
function reasonOf(error: unknown): string {
  if (!isRaised(error)) return String(error);
  const unknown = /^Unknown variable: (\w+)$/.exec(error.summary)?.[1];
  return unknown === undefined ? error.summary : `${unknown} is not known`;
}

function describe(text: string, error: unknown): string {
  if (!isRaised(error)) return `cannot be read: ${String(error)}; ${REFERENCE}`;
  const unknown = /^Unknown variable: (\w+)$/.exec(error.summary)?.[1];
  if (unknown === undefined) return at(text, error.range?.start ?? 0, error.summary);
  const nearest = nearestName(unknown, FACT_NAMES);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return at(text, error.range?.start ?? 0, `there is no fact ${unknown}${hint}`);
}

function at(text: string, offset: number, message: string): string {
  const before = text.slice(0, offset).split("\n");
  const column = (before.at(-1) ?? "").length + 1;
  const line = before.length === 1 ? "" : `line ${before.length}, `;
  return `${line}character ${column}: ${message.slice(0, MAX_MESSAGE)}; ${REFERENCE}`;
}

function isRaised(error: unknown): error is ParseError | EvaluationError | TypeError {
  return error instanceof Error && "summary" in error && typeof error.summary === "string";
}

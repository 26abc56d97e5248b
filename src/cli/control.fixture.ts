import { ok } from "../base/result.ts";
import type { ControlAnswer, ControlRequest } from "./control.ts";
import { type Run, runOn, type TestMachine } from "./testing.ts";

/** What commands asked of the endpoints. */
export interface AskedRun extends Run {
  readonly asked: readonly ControlRequest[];
}

/** Runs a command against endpoints that answer as told, in turn; the last answer goes on. */
export async function runAsking(
  answers: readonly ControlAnswer[],
  argv: readonly string[],
  machine: Partial<TestMachine> = {},
): Promise<AskedRun> {
  const asked: ControlRequest[] = [];
  const run = await runOn(
    {
      homeDir: "/nowhere/home",
      openControl: async () =>
        ok({
          send: async (request) => {
            const answer = answers[Math.min(asked.length, answers.length - 1)];
            if (answer === undefined) throw new Error("this test has no answer");
            asked.push(request);
            return ok(answer);
          },
          [Symbol.asyncDispose]: async () => {},
        }),
      ...machine,
    },
    ...argv,
  );
  return { ...run, asked };
}

/** An endpoint's refusal, in its envelope. */
export function refused(status: number, message: string, code: string): ControlAnswer {
  const error = { type: "some_error", message: `Spillway: ${message} (${code})` };
  return { status, body: { type: "error", error } };
}

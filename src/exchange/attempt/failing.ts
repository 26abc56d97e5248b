import { repetitionsFor } from "../../routing/failure/client-repeats.ts";
import type { ExchangeSettings, House } from "../house.ts";
import type { Failing } from "./attempt-plan.ts";

/** What is done about failures for this client, by its name. */
export function failingFor(
  house: House,
  settings: ExchangeSettings,
  client: string | undefined,
): Failing {
  const { holdMs, slowStartMs, waitMs, repetitions } = settings.failures;
  return {
    health: house.health,
    budget: house.retryBudget,
    patience: { repetitions: repetitions ?? repetitionsFor(client), waitMs },
    holdMs,
    slowStartMs,
    random: house.random,
    onDenied: () => house.metrics.repetitionDenied(),
  };
}

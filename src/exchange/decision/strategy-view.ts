import type { StrategyView } from "../../routing/strategies/order.ts";
import type { Target } from "../../routing/target.ts";
import type { ExchangeSettings, House } from "../house.ts";
import { mostItMayCost } from "../money/cost-bound.ts";
import type { Question } from "../question.ts";
import { providerOfTarget } from "./choose.ts";

/** What the strategies look at, for one request. */
export function strategyView(
  question: Question,
  house: House,
  settings: ExchangeSettings,
): StrategyView {
  const homeOf = (target: Target) => {
    const named = providerOfTarget(question, target, house);
    return named ?? { deployment: house.deployment, model: target.model };
  };
  return {
    random: house.random,
    priceOf(target) {
      // A plan is paid whether or not it is used.
      if (target.pays === "session") return 0n;
      const { deployment, model } = homeOf(target);
      const { facts, body } = question;
      const prices = settings.catalogue.of(deployment);
      return mostItMayCost({ facts: { ...facts, model }, body, prices });
    },
    latencyMsOf: (target) => house.latencies.find(homeOf(target)),
    turnOf: (stage) => house.turns.next(stage),
  };
}

import { matchesGlob } from "../../base/glob.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { type AzureDeployment, placeAtAzure } from "./azure-deployments.ts";
import type { Endpoint } from "./endpoint.ts";
import { knownEndpoints } from "./endpoints.ts";

/** What an operator says of an upstream. */
export interface Vouching {
  readonly origin: string;
  /** Patterns of the upstream's names for its models; none: all of them. */
  readonly models?: readonly string[] | undefined;
  readonly inferenceGeo?: string | undefined;
  readonly as:
    | ({ readonly kind: "place" } & Pick<Endpoint, "place" | "guarantee" | "source" | "verified">)
    /** Another way to an endpoint that is known: what holds there holds here. */
    | { readonly kind: "same"; readonly origin: string }
    | ({ readonly kind: "azure" } & AzureDeployment);
}

/** Rows of the table out of an operator's word; fails with what is wrong with it. */
export function toEndpoints(vouching: Vouching): Result<readonly Endpoint[], string> {
  const { origin, models, inferenceGeo, as } = vouching;
  const isNamed =
    models && ((model: string) => models.some((pattern) => matchesGlob(model, pattern)));
  switch (as.kind) {
    case "place": {
      const { kind: _, ...known } = as;
      return ok([{ origin, ...known, inferenceGeo, holdsFor: isNamed }]);
    }
    case "azure": {
      const known = placeAtAzure(as);
      return known.ok ? ok([{ origin, ...known.value, inferenceGeo, holdsFor: isNamed }]) : known;
    }
    case "same": {
      const known = knownEndpoints(as.origin);
      if (known.length === 0) return fail(`nothing is known of ${as.origin}`);
      return ok(
        known.map((row) => ({
          ...row,
          origin,
          inferenceGeo: inferenceGeo ?? row.inferenceGeo,
          holdsFor: both(isNamed, row.holdsFor),
        })),
      );
    }
    default:
      return as satisfies never;
  }
}

type HoldsFor = Endpoint["holdsFor"];

function both(one: HoldsFor, other: HoldsFor): HoldsFor {
  if (one === undefined || other === undefined) return one ?? other;
  return (model) => one(model) && other(model);
}

import type { Secret } from "../../../base/secret.ts";
import { firstFound } from "../first-found.ts";
import { Renewed } from "../renewed.ts";
import { fromApplication, fromFederation } from "./application.ts";
import { fromApp, fromMachine } from "./managed-identity.ts";
import type { EntraOptions, Source } from "./source.ts";

/**
 * The order of Azure's own libraries: the first place that has a token counts.
 * @source https://learn.microsoft.com/en-us/javascript/api/@azure/identity/defaultazurecredential (read 2026-11-26)
 */
const SOURCES: readonly Source[] = [fromApplication, fromFederation, fromApp, fromMachine];

/** Tokens of Entra for this process; fetched when first asked for. */
export function openTokens(options: EntraOptions): Renewed<Secret> {
  const obtain = async () => await firstFound(SOURCES, options, SAID);
  return new Renewed({ now: options.now, obtain });
}

const SAID = {
  missing: "There is neither a key nor a token of Entra to ask Azure with",
  nowhere:
    "neither AZURE_CLIENT_SECRET, nor AZURE_CLIENT_CERTIFICATE_PATH, nor AZURE_FEDERATED_TOKEN_FILE is set, and neither an app nor a machine of Azure's has an identity here",
};

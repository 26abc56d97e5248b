import { fail, ok, type Result } from "../../base/result.ts";
import type { Endpoint } from "./endpoint.ts";
import { isWithin } from "./places.ts";

/** A deployment at Azure does not tell in its address what it is. */
export interface AzureDeployment {
  /** As Azure spells it: `DataZoneStandard`. */
  readonly type: string;
  /** Of the resource: `swedencentral`. */
  readonly region: string;
}

/** @source https://learn.microsoft.com/en-us/azure/foundry/foundry-models/concepts/deployment-types (read 2026-11-26) */
const TYPES: Readonly<Record<string, "global" | "zone" | "region">> = {
  GlobalStandard: "global",
  GlobalProvisionedManaged: "global",
  GlobalBatch: "global",
  DeveloperTier: "global",
  DataZoneStandard: "zone",
  DataZoneProvisionedManaged: "zone",
  DataZoneBatch: "zone",
  Standard: "region",
  ProvisionedManaged: "region",
};

/** Where Azure's regions are. @source https://learn.microsoft.com/en-us/azure/reliability/regions-list (read 2026-11-26) */
const REGIONS: Readonly<Record<string, string>> = {
  australiaeast: "au",
  brazilsouth: "br",
  canadacentral: "ca",
  canadaeast: "ca",
  centralindia: "in",
  centralus: "us",
  eastasia: "hk",
  eastus: "us",
  eastus2: "us",
  francecentral: "fr",
  germanywestcentral: "de",
  italynorth: "it",
  japaneast: "jp",
  japanwest: "jp",
  koreacentral: "kr",
  northcentralus: "us",
  northeurope: "ie",
  polandcentral: "pl",
  southafricanorth: "za",
  southcentralus: "us",
  southeastasia: "sg",
  southindia: "in",
  spaincentral: "es",
  swedencentral: "se",
  switzerlandnorth: "ch",
  switzerlandwest: "ch",
  uaenorth: "ae",
  uksouth: "gb",
  ukwest: "gb",
  westcentralus: "us",
  westeurope: "nl",
  westus: "us",
  westus2: "us",
  westus3: "us",
};

/** The data zones that there are. */
const ZONES = ["us", "eu"] as const;

type Known = Pick<Endpoint, "place" | "guarantee" | "source" | "verified">;

/** Where a deployment processes content; fails with what is wrong with its type, region or zone. */
export function placeAtAzure({ type, region }: AzureDeployment): Result<Known, string> {
  const reach = TYPES[type];
  if (reach === undefined) return fail(`no type of deployment: "${type}"; there are ${TYPE_NAMES}`);
  const country = REGIONS[region];
  if (country === undefined) return fail(`it is not known where Azure's region "${region}" is`);
  const zone = ZONES.find((each) => isWithin(country, each));
  const place = { global: "global", zone, region: country }[reach];
  if (place === undefined)
    return fail(`${region} is in no data zone; there are ${ZONES.join(", ")}`);
  return ok({
    place,
    guarantee: `a deployment of the type ${type} in ${region}`,
    source:
      "https://learn.microsoft.com/en-us/azure/foundry/foundry-models/concepts/deployment-types",
    verified: "2026-11-26",
  });
}

const TYPE_NAMES = Object.keys(TYPES).join(", ");

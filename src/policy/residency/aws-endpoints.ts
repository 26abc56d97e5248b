import type { Endpoint } from "./endpoint.ts";
import { isWithin } from "./places.ts";

/** Where AWS's regions are. @source https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html (read 2026-11-26) */
const REGIONS: Readonly<Record<string, string>> = {
  "ap-east-1": "hk",
  "ap-east-2": "tw",
  "ap-northeast-1": "jp",
  "ap-northeast-2": "kr",
  "ap-northeast-3": "jp",
  "ap-south-1": "in",
  "ap-south-2": "in",
  "ap-southeast-1": "sg",
  "ap-southeast-2": "au",
  "ap-southeast-3": "id",
  "ap-southeast-4": "au",
  "ap-southeast-5": "my",
  "ap-southeast-6": "nz",
  "ap-southeast-7": "th",
  "ca-central-1": "ca",
  "ca-west-1": "ca",
  "eu-central-1": "de",
  "eu-central-2": "ch",
  "eu-north-1": "se",
  "eu-south-1": "it",
  "eu-south-2": "es",
  "eu-west-1": "ie",
  "eu-west-2": "gb",
  "eu-west-3": "fr",
  "il-central-1": "il",
  "me-central-1": "ae",
  "mx-central-1": "mx",
  "sa-east-1": "br",
  "us-east-1": "us",
  "us-east-2": "us",
  "us-gov-east-1": "us",
  "us-gov-west-1": "us",
  "us-west-1": "us",
  "us-west-2": "us",
};

/**
 * Profiles by what stands in front of the model. `in.` is not here: no page of AWS's tells where it leads, so until an operator
 * says so it satisfies no policy.
 * @source https://docs.aws.amazon.com/bedrock/latest/userguide/models-region-compatibility.html (read 2026-11-26)
 */
const GEOGRAPHIES: Readonly<Record<string, string>> = {
  apac: "apac",
  au: "au",
  eu: "eu",
  jp: "jp",
  us: "us",
  "us-gov": "us",
};

const COMPATIBILITY =
  "https://docs.aws.amazon.com/bedrock/latest/userguide/models-region-compatibility.html";
const GEOGRAPHIC =
  "https://docs.aws.amazon.com/bedrock/latest/userguide/geographic-cross-region-inference.html";
const VERIFIED = "2026-11-26";

const PROFILE = String.raw`^(?:arn:aws[a-z-]*:bedrock:[a-z0-9-]+:\d*:inference-profile/)?`;
/** A model's own id. What is made to measure, such as an application's profile, does not say where it leads. */
const MODEL_ITSELF =
  /^(?:arn:aws[a-z-]*:bedrock:[a-z0-9-]+::foundation-model\/)?(?!(?:[a-z]{2,4}|global|us-gov)\.[a-z0-9]+\.)[a-z0-9]+\.[^/]+$/;

/** Bedrock's runtime, whose place depends on the region that is asked and on the profile in front of the model. */
export const AWS_ENDPOINTS: readonly Endpoint[] = Object.entries(REGIONS).flatMap(
  ([region, country]) => {
    const origin = `https://bedrock-runtime.${region}.amazonaws.com`;
    const geographies = Object.entries(GEOGRAPHIES).filter(([, place]) => isWithin(country, place));
    return [
      {
        origin,
        place: country,
        guarantee: `a model without a profile stays in the region ${region}`,
        source: COMPATIBILITY,
        verified: VERIFIED,
        holdsFor: (model) => MODEL_ITSELF.test(model),
        ask: "a model that has no profile in front of its id",
      },
      ...geographies.map(([prefix, place]) => ({
        origin,
        place,
        // From a region outside, such as us. from Canada, the profile reaches that region as well.
        guarantee: `the profile ${prefix}. stays in its geography`,
        source: GEOGRAPHIC,
        verified: VERIFIED,
        holdsFor: profiled(prefix),
        ask: `a model with ${prefix}. in front of its id`,
      })),
      {
        origin,
        place: "global",
        guarantee: "none: the profile global. reaches every commercial region",
        source: COMPATIBILITY,
        verified: VERIFIED,
        holdsFor: profiled("global"),
        ask: "a model with global. in front of its id",
      },
    ];
  },
);

function profiled(prefix: string): (model: string) => boolean {
  const pattern = new RegExp(`${PROFILE}${prefix}\\.[a-z0-9]+\\.`);
  return (model) => pattern.test(model);
}

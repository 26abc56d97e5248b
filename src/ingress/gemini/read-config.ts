import type { CanonicalRequest, JsonObject, OutputFormat } from "../../canonical/index.ts";
import { liftSchema } from "./lift-schema.ts";
import { type Field, member, numberOf, restOf } from "./member.ts";
import { readThinkingConfig } from "./read-thinking.ts";

const KNOWN = [
  "maxOutputTokens",
  "temperature",
  "topP",
  "topK",
  "stopSequences",
  "candidateCount",
  "thinkingConfig",
  "responseMimeType",
  "responseSchema",
  "responseJsonSchema",
  "responseModalities",
];
const JSON_TYPE = "application/json";

export interface ReadConfig {
  readonly said: Pick<
    CanonicalRequest,
    | "maxTokens"
    | "temperature"
    | "topP"
    | "topK"
    | "stopSequences"
    | "thinking"
    | "effort"
    | "outputFormat"
  >;
  /** JSON of any form is asked for, which other APIs have no member for. */
  readonly isAnyJson: boolean;
  /** What only this API can say. */
  readonly rest: JsonObject | undefined;
}

/** How the answer is to be made: limits, sampling, thinking and form. */
export function readConfig(field: Field): ReadConfig {
  field.optional((it) => it.object("Send an object, or none."));
  const {
    thinking,
    effort,
    rest: ofThinking,
  } = readThinkingConfig(member(field, "thinkingConfig"));
  refuseChoices(member(field, "candidateCount"));
  const form = readForm(field);
  const modalities = member(field, "responseModalities").value;
  const rest = {
    ...restOf(field, KNOWN),
    ...(isText(modalities) ? {} : { responseModalities: modalities }),
    ...form.rest,
    ...(ofThinking === undefined ? {} : { thinkingConfig: ofThinking }),
  };
  return {
    said: {
      maxTokens: readNumber(field, "maxOutputTokens"),
      temperature: readNumber(field, "temperature"),
      topP: readNumber(field, "topP"),
      topK: readNumber(field, "topK"),
      stopSequences: readStops(member(field, "stopSequences")),
      thinking,
      effort,
      outputFormat: form.format,
    },
    isAnyJson: form.isAnyJson,
    rest: Object.keys(rest).length === 0 ? undefined : rest,
  };
}

function readNumber(field: Field, name: string): number | undefined {
  return member(field, name).optional((it) => numberOf(it, "Send a number, or leave it out."));
}

function readStops(field: Field): readonly string[] {
  const items = field.optional((it) => it.items("Send a list of strings, or none.")) ?? [];
  return items.map((item) => item.text("Every stop sequence is a string."));
}

/** Text is what every answer is. */
function isText(modalities: unknown): boolean {
  const named = Array.isArray(modalities) ? modalities : [modalities ?? "TEXT"];
  return named.every((each) => each === "TEXT");
}

function refuseChoices(field: Field): void {
  const count = field.optional((it) => numberOf(it, "Send 1, or leave it out."));
  if (count !== undefined && count > 1) {
    field.refuse("1", "Models of other providers give one answer; ask once for each.");
  }
}

interface Form {
  readonly format: OutputFormat | undefined;
  readonly isAnyJson: boolean;
  readonly rest: JsonObject;
}

/** Lists of choices, `text/x.enum`, and answers in other media have no form elsewhere. */
function readForm(config: Field): Form {
  const type = member(config, "responseMimeType").optional((it) =>
    it.text("Name a media type, or leave it out."),
  );
  const asJson = member(config, "responseJsonSchema");
  const given = asJson.isAbsent ? member(config, "responseSchema") : asJson;
  const schema = given.optional((it) => it.object("Send the schema of the answer, or none."));
  if (schema !== undefined && (type === undefined || type === JSON_TYPE)) {
    return { format: { schema: liftSchema(schema) }, isAnyJson: false, rest: {} };
  }
  const isPlain = type === undefined || type === "" || type === "text/plain";
  return {
    format: undefined,
    isAnyJson: type === JSON_TYPE,
    rest: {
      ...(isPlain ? {} : { responseMimeType: type }),
      ...(schema === undefined ? {} : { responseSchema: schema }),
    },
  };
}

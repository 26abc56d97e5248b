import { fail, ok } from "../../../base/result.ts";
import {
  type ConverseTraits,
  conversePath,
  writeBody,
} from "../../dialects/bedrock-converse/index.ts";
import type { BoundDialect } from "../../dialects/bind.ts";
import { MESSAGES_COUNT, type TokenCounter } from "../../dialects/count.ts";
import { makeLosses } from "../../dialects/shared/losses.ts";
import { encode } from "../../signing/aws/index.ts";
import { BEDROCK_VERSION } from "./invoke-shape.ts";
import { withoutGeography } from "./model-id.ts";

/** The members of an invocation that a count takes; the limit has to be there, though it means nothing. */
const MEMBERS: ReadonlySet<string> = new Set([...MESSAGES_COUNT.members, "max_tokens"]);

/**
 * Has Bedrock count what an invocation would put in.
 * @source https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html (read 2026-11-26)
 */
export function invocationCounter(dialect: BoundDialect, model: string): TokenCounter {
  return {
    writeRequest(request) {
      const written = dialect.writeRequest({ ...request, stream: false });
      if (!written.ok) return written;
      const { model: _, ...members } = written.value.body;
      const kept = Object.entries(members).filter(([name]) => MEMBERS.has(name));
      const invocation = Object.fromEntries([["anthropic_version", BEDROCK_VERSION], ...kept]);
      const body = Buffer.from(JSON.stringify(invocation)).toString("base64");
      return ok({
        ...written.value,
        // quirk(bedrock): a profile of several regions does not count, the model itself does. source: recorded exchanges, 2026-11
        path: `/model/${encode(withoutGeography(model))}/count-tokens`,
        headers: [],
        body: { input: { invokeModel: { body } } },
      });
    },
    readCount: readInputTokens,
  };
}

/** The same for a model that is spoken to by Converse. */
export function converseCounter(traits: ConverseTraits): TokenCounter {
  return {
    writeRequest(request) {
      const body = writeBody(request, traits, makeLosses());
      if (!body.ok) return body;
      const path = conversePath(withoutGeography(request.model), "count-tokens");
      if (!path.ok) return path;
      const { messages, system, toolConfig } = body.value;
      const converse = {
        messages,
        ...(system !== undefined && { system }),
        ...(toolConfig !== undefined && { toolConfig }),
      };
      return ok({
        path: path.value,
        body: { input: { converse } },
        lossy: [],
        context: NO_CONTEXT,
      });
    },
    readCount: readInputTokens,
  };
}

const NO_CONTEXT = { toolNames: new Map<string, string>(), callIds: new Set<string>() };

const readInputTokens: TokenCounter["readCount"] = ({ inputTokens }) => {
  if (typeof inputTokens === "number" && Number.isSafeInteger(inputTokens) && inputTokens > 0) {
    return ok(inputTokens);
  }
  return fail({ kind: "server", message: "Bedrock's token count holds no number" });
};

import { type Picker, pickerEntries } from "../../base/picker-id.ts";
import { ok } from "../../base/result.ts";
import { ANTHROPIC } from "../../canonical/index.ts";
import type { OtherModels } from "../../exchange/models/other-models.ts";
import { json, type Reply } from "./answer.ts";
import type { Ask } from "./ask.ts";

/** The models that an organisation can ask for. */
export async function listModels({ views, caller }: Ask): Reply {
  return ok(json(200, modelsView(await views.models(caller.organisation), views.picker())));
}

/** Models as JSON: all by their names, and those of other providers as Claude Code's picker takes them. */
export function modelsView({ models, unavailable }: OtherModels, picker: Picker) {
  const others = models.filter(({ provider }) => provider !== ANTHROPIC);
  return {
    models: models.map(({ id, provider, displayName }) => ({
      id,
      provider,
      display_name: displayName,
    })),
    picker: others
      .flatMap(({ id }) => pickerEntries(id, picker))
      .map(({ id, displayName }) => ({ id, display_name: displayName })),
    unavailable,
  };
}

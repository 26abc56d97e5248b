import { gatewayError } from "../../../base/errors.ts";
import { findMember, readString, scanTopLevel } from "../../../base/json-scan.ts";
import { fail, ok } from "../../../base/result.ts";
import type { CloudShape } from "../../cloud.ts";

const MODEL: ReadonlySet<string> = new Set(["model"]);
/** @source https://learn.microsoft.com/en-us/azure/foundry/openai/how-to/create-resource (read 2026-11-26) */
const DEPLOYMENT = /^[\w.-]{1,64}$/;

/**
 * Requests of the API with versions: the deployment stands in the path, and the version behind it. The body stays as it is.
 * @source https://learn.microsoft.com/en-us/azure/foundry/openai/latest (read 2026-11-26)
 */
export function pathShape(version: string): CloudShape {
  return {
    toCloud(request) {
      if (request.body === undefined) return ok(request);
      const { body, target } = request;
      const model = readString(body, findMember(scanTopLevel(body, MODEL), "model"));
      if (model === undefined || !DEPLOYMENT.test(model) || /^\.+$/.test(model)) {
        return fail(NO_DEPLOYMENT);
      }
      const [path = ""] = target.split("?", 1);
      return ok({ ...request, target: `/deployments/${model}${path}?api-version=${version}` });
    },
  };
}

const NO_DEPLOYMENT = gatewayError(
  "invalid_body",
  "model: expected the name of a deployment, of letters, digits, dots, dashes and underscores",
);

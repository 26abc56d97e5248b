import type { GatewayError } from "../../base/errors.ts";
import { ok, type Result } from "../../base/result.ts";
import { ANTHROPIC } from "../../canonical/index.ts";
import type { Candidate } from "../../routing/candidate.ts";
import { PLAIN_FIELDS } from "../../upstream/plain-fields.ts";
import type { UpstreamRequest } from "../../upstream/transport/contract.ts";
import { getWhole } from "../../upstream/transport/get-whole.ts";
import { credentialFields, insteadOfCaller } from "../attempt/credential-fields.ts";
import type { ClientCall } from "../call.ts";
import { toUpstreamHeaders } from "../headers.ts";
import type { LocalAnswer, Prepared } from "../hub/prepare.ts";
import { type ClaudePage, MAX_LIST_BYTES, readClaudePage } from "./claude-list.ts";
import { ListedAnswer } from "./list-answer.ts";
import type { MergedList } from "./merged-list.ts";

const PAGE_LIMITS = { timeoutMs: 5_000, maxBytes: MAX_LIST_BYTES } as const;

/** Has Anthropic say what it has, with whatever credential is to be used; where there is none, the list is made here. */
export async function prepareList(
  list: MergedList,
  call: ClientCall,
  candidate: Candidate,
): Promise<Result<Prepared | LocalAnswer, GatewayError>> {
  const { credential, deployment } = candidate;
  if (credential.kind === "none") {
    const answer = await list.answer(undefined);
    return answer.ok ? ok({ answer: answer.value }) : answer;
  }
  const headers = headersFor(call, candidate);
  const request = requestFor(call, candidate, headers);
  const nextPage = async (after: string): Promise<ClaudePage | undefined> => {
    const { target } = requestFor(call, candidate, headers, after);
    const { status, body } = await getWhole(deployment.transport, { target, headers }, PAGE_LIMITS);
    return status === 200 && body !== undefined ? readClaudePage(body) : undefined;
  };
  const translation = { list, hasStoredKey: credential.kind === "stored", nextPage };
  return ok({ open: (inner, send) => send(request, new ListedAnswer(inner, translation)) });
}

function requestFor(
  call: ClientCall,
  { deployment }: Candidate,
  headers: readonly string[],
  after?: string,
): UpstreamRequest {
  const query = queryOf(call);
  if (after !== undefined) query.set("after_id", after);
  return {
    method: "GET",
    target: `${deployment.pathPrefix}/v1/models?${query.toString()}`,
    headers: [...headers],
    body: undefined,
  };
}

/** The client's own query but for the paging: it gets everything at once. */
function queryOf({ dialect, target }: ClientCall): URLSearchParams {
  const mark = target.indexOf("?");
  const isOwn = dialect.id === ANTHROPIC && mark >= 0;
  const query = new URLSearchParams(isOwn ? target.slice(mark) : "");
  for (const paging of ["limit", "after_id", "before_id"]) query.delete(paging);
  query.set("limit", "1000");
  return query;
}

function headersFor(call: ClientCall, candidate: Candidate): readonly string[] {
  if (call.dialect.id === ANTHROPIC) {
    return toUpstreamHeaders(call.request.rawHeaders, {
      identityEncoding: true,
      contentLength: true,
      contentEncoding: true,
      instead: insteadOfCaller(candidate),
    });
  }
  const { fields } = candidate.deployment;
  return [...PLAIN_FIELDS, ...fields, ...credentialFields(candidate)];
}

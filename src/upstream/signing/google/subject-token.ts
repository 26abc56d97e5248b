import { isObject } from "../../../base/json.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import { Secret } from "../../../base/secret.ts";
import { signCallerIdentity } from "./caller-identity.ts";
import { type CredentialFile, type CredentialOptions, parseObject, textIn, why } from "./source.ts";

type Token = Result<Secret, string>;

/** The token of another identity provider, from where the external account says that it is. */
export async function readSubjectToken(
  file: CredentialFile,
  audience: string,
  options: CredentialOptions,
): Promise<Token> {
  const source = isObject(file["credential_source"]) ? file["credential_source"] : {};
  if (source["executable"] !== undefined) {
    return fail(
      "its credential_source is a program, and none is run here; have the program write a file, and name that",
    );
  }
  if (source["certificate"] !== undefined) {
    return fail("its credential_source is a certificate, which is not supported here");
  }
  if (source["environment_id"] !== undefined) {
    return await signCallerIdentity(source, audience, options);
  }
  const path = textIn(source, "file");
  if (path !== undefined) {
    const text = await options.readFile(path);
    return text === undefined ? fail(`there is no token file ${path}`) : tokenIn(text, source);
  }
  const url = textIn(source, "url");
  if (url === undefined || URL.parse(url) === null) {
    return fail("its credential_source has neither a file nor a url");
  }
  const answer = await options.askUrl({ method: "GET", url, fields: fieldsOf(source) });
  if ("failure" in answer || answer.status !== 200) {
    return fail(`the url of its credential_source gives no token: ${why(answer)}`);
  }
  return tokenIn(answer.body.toString(), source);
}

function fieldsOf({ headers }: CredentialFile): readonly string[] {
  if (!isObject(headers)) return [];
  return Object.entries(headers).flatMap(([name, value]) =>
    typeof value === "string" ? [name, value] : [],
  );
}

function tokenIn(text: string, { format }: CredentialFile): Token {
  const isJson = isObject(format) && format["type"] === "json";
  const name = isJson ? textIn(format, "subject_token_field_name") : undefined;
  const token = name === undefined ? text.trim() : textIn(parseObject(text) ?? {}, name);
  if (token === undefined || token === "" || (isJson && name === undefined)) {
    return fail("what its credential_source names has no token in it");
  }
  return ok(new Secret(token));
}

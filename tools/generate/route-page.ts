import { MAX_FIELD_BYTES } from "../../src/routing/explain/route-field.ts";
import { FAILED, LEFT_OUT } from "../../src/routing/explain/words.ts";
import type { GeneratedFile } from "../generate-prices.ts";
import { markdownTable, pageHead } from "./markdown.ts";

/** The page of the field by which an answer tells its route, and of the same in JSON. */
export function generateRoutePage(): GeneratedFile {
  const rowsOf = (words: Readonly<Record<string, string>>) =>
    Object.entries(words).map(([word, meaning]) => [`\`${word}\``, meaning]);
  const content = [
    ...pageHead("Routes", "src/routing/explain"),
    "`x-spillway-route` is on every answer for which there was something to choose, errors of our own among them: a list of",
    `structured fields (RFC 9651), ASCII, at most ${MAX_FIELD_BYTES} bytes.`,
    "",
    "    anthropic/claude-opus-4-8;pays=session;got=429;why=quota,",
    "      anthropic/claude-opus-4-8;pays=key:main;got=200;answer, groq/llama-4;pays=key:main;out=residency",
    "",
    '    route   = item *( ", " item )',
    '    item    = place ";pays=" payer *( ";" parameter )  /  "*" ( ";more=" count / ";error=" code )',
    '    place   = provider "/" model, a token; a string where it has characters that no token has',
    "    payer   = session / key:NAME / own / nobody / anybody",
    "",
    "First those that were asked or had their turn, each time that they had it; then what was left out beforehand; then what",
    "was not needed. It goes out with the answer's head, so it tells what is known by then. It holds no credential and no",
    "principal; the names of stored keys are in it. In a stream that was begun with pings while it waited there is none.",
    "`routing.header: off` leaves it out everywhere.",
    "",
    ...markdownTable(
      ["Parameter", "Meaning"],
      [
        [
          "`pays`",
          "whose credential: the caller's `session` or `own` key, or a stored one by its name",
        ],
        ["`got`", "the status that came; absent where nothing was sent, or nothing came"],
        ["`why`", "how it failed, or why it was not asked in its turn: a word of the tables below"],
        [
          "`queued`, `paused`",
          "milliseconds: in the queue before it, and before the same place was asked again",
        ],
        ["`denied`", "too much was being repeated already, so nobody else was asked"],
        ["`answer`", "the client has this one's answer"],
        ["`out`", "why it was left out before anything was sent"],
        ["`spare`", "it was not needed"],
        ["`*;error`", "the error of our own that is answered: `errors.md`"],
        ["`*;more`", "so many more, for which there was no room"],
      ],
    ),
    "",
    "## How an attempt fails",
    "",
    ...markdownTable(["Word", "Meaning"], rowsOf(FAILED)),
    "",
    "## Why a place is left out",
    "",
    ...markdownTable(["Word", "Meaning"], rowsOf(LEFT_OUT)),
    "",
    "## In JSON",
    "",
    "`spillway why --json` and `/control/exchanges/<id>` have all of it in `route`, which is null where there was nothing to choose",
    "and nothing happened besides. Words are added, never renamed.",
    "",
    ...markdownTable(
      ["Field", "Meaning"],
      [
        [
          "`short`",
          "as in `x-spillway-route`, and as it was in the end; the JSON log has it as `route`",
        ],
        ["`steps`", "what rules and names made of the model that was asked for"],
        [
          "`candidates`",
          "in the order of their turns: `name`, `pays`, `reason`, `price_nano_usd` (`input` and `output`, list prices in nano-dollars for a million tokens, or null)",
        ],
        [
          "`refused`",
          "what was left out: `name`, `pays`, `reason` in a sentence, `code` in a word",
        ],
        [
          "`turns`",
          "`candidate` (from 0), `came` (`ok`, or a word of the tables above, or an error's code), `status`, `next` (`shown`, `kept`, `moved`, `repeated`, `denied` or `skipped`), `calls` (upstream calls, which stand in `attempts` in the same order), `reason` where it was not asked, `queued_ms`, `held_ms`, `paused_ms`, `retry_after` (the pause is the upstream's)",
        ],
        ["`answer`", "which turn's answer the client has, from 0; null: none's"],
        ["`notes`", "what staying kept in a cache, or what moving cost"],
      ],
    ),
    "",
    "Lists (`/me/activity/events`, `spillway tail --json`) have `answered`: null where the first place that was asked answered at once,",
    "else `provider`, `attempt` (from 1), and `is_fallback`, whether it is another place than the first.",
    "",
  ].join("\n");
  return { path: "docs/reference/routes.md", content };
}

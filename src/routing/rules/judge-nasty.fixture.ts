import { ExpressionReader } from "./expression.ts";
import { SOME_FACTS } from "./facts.fixture.ts";

/** What expressions see of a header at most. */
const LONG = "a".repeat(1_000);
const names = ["x-nasty", ...Array.from({ length: 100 }, (_, at) => `x-${at}`)];
const headers = new Map(names.map((name) => [name, LONG]));

/** Regular expressions that take forever on such a text in engines that go back. */
const REGEXES = [
  "^(a+)+$",
  "^(a|a)*$",
  "^(a|aa)+b$",
  "(a*)*b",
  "(.*a){20}b",
  "^(([a-z])+.)+[A-Z]([a-z])+$",
  "(x+x+)+y",
  "^(?:a?){30}a{30}b$",
];

const LITERAL = `${"a".repeat(900)}b`;
const NASTY: readonly string[] = [
  ...REGEXES.map((regex) => `headers["x-nasty"].matches(${JSON.stringify(regex)})`),
  ...REGEXES.map((regex) => `headers["x-nasty"].like(${JSON.stringify(regex)})`),
  `headers["x-nasty"].like("${"*a".repeat(1_000)}b")`,
  `headers["x-nasty"].like("${"*aa*a".repeat(400)}*b*")`,
  `headers.exists(h, headers[h].contains("${LITERAL}"))`,
  `headers.exists(h, ${Array.from({ length: 3 }, () => `headers[h].like("*${LITERAL}*")`).join(" || ")})`,
  `headers.all(h, ${Array.from({ length: 60 }, () => 'headers[h].contains("aaab") == false').join(" && ")}) && !stream`,
  `(${Array.from({ length: 60 }, () => 'headers["x-nasty"]').join(" + ")}).contains("${"a".repeat(500)}b")`,
  `${"!".repeat(3_900)}stream`,
  `${"-".repeat(3_900)}1 == 1`,
  `${"(".repeat(1_900)}stream${")".repeat(1_900)}`,
  `model in [${Array.from({ length: 450 }, (_, at) => `"${at}"`).join(",")}]`,
  "cel.bind(x, [1, 1], cel.bind(y, x + x, y + y)).size() > 0",
  `${"[".repeat(30)}1${"]".repeat(30)} == [1]`,
  "headers.exists(a, headers.exists(b, headers.exists(c, a == b && b == c)))",
  "headers.map(a, headers.map(b, a + b)).size() > 0",
  'string(1) == string(int("999999999999999999999999"))',
];

const reader = new ExpressionReader();
const facts = { ...SOME_FACTS, headers };
for (const text of NASTY) {
  const read = reader.read(text);
  const said = read.ok ? read.value.judge(facts) : read;
  console.log(said.ok ? String(said.value) : said.error);
}

/** A place where content is processed, by the code that names it. */
interface Place {
  /** What people call it besides its code. */
  readonly names: readonly string[];
  /** The place in which it lies. */
  readonly within?: string;
}

const NOT_IN_ONE: Place = { names: [] };

/** Countries, and what several of them are together. */
const PLACES: Readonly<Record<string, Place>> = {
  apac: NOT_IN_ONE,
  /** The EU, the rest of the EEA, and Switzerland. */
  eea: { names: ["efta"] },
  eu: { names: ["europe"], within: "eea" },
  ae: { names: ["uae"] },
  au: { names: ["australia"], within: "apac" },
  be: { names: ["belgium"], within: "eu" },
  bh: { names: ["bahrain"] },
  br: { names: ["brazil"] },
  ca: { names: ["canada"] },
  ch: { names: ["switzerland"], within: "eea" },
  de: { names: ["germany"], within: "eu" },
  es: { names: ["spain"], within: "eu" },
  fr: { names: ["france"], within: "eu" },
  gb: { names: ["uk"] },
  hk: { names: ["hongkong"], within: "apac" },
  id: { names: ["indonesia"], within: "apac" },
  ie: { names: ["ireland"], within: "eu" },
  il: { names: ["israel"] },
  in: { names: ["india"], within: "apac" },
  it: { names: ["italy"], within: "eu" },
  jp: { names: ["japan"], within: "apac" },
  kr: { names: ["korea"], within: "apac" },
  mx: { names: ["mexico"] },
  my: { names: ["malaysia"], within: "apac" },
  nl: { names: ["netherlands"], within: "eu" },
  nz: { names: ["newzealand"], within: "apac" },
  pl: { names: ["poland"], within: "eu" },
  se: { names: ["sweden"], within: "eu" },
  sg: { names: ["singapore"], within: "apac" },
  th: { names: ["thailand"], within: "apac" },
  tw: { names: ["taiwan"], within: "apac" },
  us: { names: ["usa"] },
  za: { names: ["southafrica"] },
};

const CODES: ReadonlyMap<string, string> = new Map(
  Object.entries(PLACES).flatMap(([code, { names }]) =>
    [code, ...names].map((name) => [name, code]),
  ),
);

/** Every place once, by its code. */
export const PLACE_CODES: readonly string[] = Object.keys(PLACES).toSorted();

/** The code of a place, whatever it is called; undefined for what is no place, such as `global`. */
export function placeOf(name: string): string | undefined {
  return CODES.get(name.trim().toLowerCase());
}

/** True when what happens in a place happens in `other`. */
export function isWithin(place: string | undefined, other: string): boolean {
  return place !== undefined && (place === other || isWithin(PLACES[place]?.within, other));
}

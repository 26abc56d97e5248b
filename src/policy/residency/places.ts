/** Places by the names that people use for them. */
const PLACES: ReadonlyMap<string, string> = new Map([
  ["au", "au"],
  ["australia", "au"],
  ["br", "br"],
  ["brazil", "br"],
  ["ca", "ca"],
  ["canada", "ca"],
  ["ch", "ch"],
  ["switzerland", "ch"],
  ["de", "de"],
  ["germany", "de"],
  ["eu", "eu"],
  ["europe", "eu"],
  ["fr", "fr"],
  ["france", "fr"],
  ["gb", "gb"],
  ["uk", "gb"],
  ["ie", "ie"],
  ["ireland", "ie"],
  ["in", "in"],
  ["india", "in"],
  ["jp", "jp"],
  ["japan", "jp"],
  ["kr", "kr"],
  ["korea", "kr"],
  ["sg", "sg"],
  ["singapore", "sg"],
  ["us", "us"],
  ["usa", "us"],
]);

/** Places that lie in another one. */
const WITHIN: ReadonlyMap<string, string> = new Map([
  ["de", "eu"],
  ["fr", "eu"],
  ["ie", "eu"],
]);

/** Every place once, by its code. */
export const PLACE_CODES: readonly string[] = [...new Set(PLACES.values())];

/** The code of a place, whatever it is called; undefined for what is no place, such as `global`. */
export function placeOf(name: string): string | undefined {
  return PLACES.get(name.trim().toLowerCase());
}

/** True when what happens in a place happens in `other`. */
export function isWithin(place: string | undefined, other: string): boolean {
  return place !== undefined && (place === other || WITHIN.get(place) === other);
}

import { isObject } from "../base/json.ts";
import type { JsonObject } from "../canonical/index.ts";

/** What is wrong with a body, the first thing of it: readers go on with a stand-in and the whole is refused at the end. */
export class Faults {
  #first: string | undefined;

  get first(): string | undefined {
    return this.#first;
  }

  add(message: string): void {
    this.#first ??= message;
  }
}

/**
 * A member of a request body, read as what it has to be.
 *
 * What is not so is noted with its path, the shape found and the remedy; never with its value, which is the user's.
 */
export class Field {
  readonly value: unknown;
  readonly #faults: Faults;
  readonly #parent: Field | undefined;
  readonly #step: string;

  private constructor(value: unknown, faults: Faults, parent?: Field, step = "") {
    this.value = value;
    this.#faults = faults;
    this.#parent = parent;
    this.#step = step;
  }

  static ofBody(body: JsonObject, faults: Faults): Field {
    return new Field(body, faults);
  }

  /** SDKs write null for what was not set. */
  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  at(name: string): Field {
    const value = isObject(this.value) ? this.value[name] : undefined;
    return new Field(value, this.#faults, this, this.#parent === undefined ? name : `.${name}`);
  }

  refuse(expected: string, remedy: string): void {
    this.#faults.add(`${this.#path()}: expected ${expected}, found ${this.#shape()}. ${remedy}`);
  }

  object(remedy: string): JsonObject {
    if (isObject(this.value)) return this.value;
    this.refuse("an object", remedy);
    return {};
  }

  items(remedy: string): readonly Field[] {
    if (Array.isArray(this.value)) {
      return this.value.map((item, i) => new Field(item, this.#faults, this, `[${i}]`));
    }
    this.refuse("a list", remedy);
    return [];
  }

  text(remedy: string): string {
    if (typeof this.value === "string") return this.value;
    this.refuse("a string", remedy);
    return "";
  }

  number(remedy: string): number {
    if (typeof this.value === "number") return this.value;
    this.refuse("a number", remedy);
    return 0;
  }

  boolean(remedy: string): boolean {
    if (typeof this.value === "boolean") return this.value;
    this.refuse("true or false", remedy);
    return false;
  }

  /** What `read` makes of it; undefined where the client says nothing. */
  optional<T>(read: (field: Field) => T): T | undefined {
    return this.isAbsent ? undefined : read(this);
  }

  /** The members that are not among `known`; undefined when there are none. */
  rest(known: ReadonlySet<string>): JsonObject | undefined {
    if (!isObject(this.value)) return undefined;
    const entries = Object.entries(this.value).filter(([name]) => !known.has(name));
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }

  #path(): string {
    return this.#parent === undefined ? "" : `${this.#parent.#path()}${this.#step}`;
  }

  #shape(): string {
    if (this.value === undefined) return "nothing";
    if (this.value === null) return "null";
    if (Array.isArray(this.value)) return "a list";
    if (typeof this.value === "string") return "a string";
    if (typeof this.value === "number") return "a number";
    return typeof this.value === "boolean" ? "a boolean" : "an object";
  }
}

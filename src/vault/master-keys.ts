import type { KeyObject } from "node:crypto";
import { join } from "node:path";
import { type GatewayError, gatewayError } from "../base/errors.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { Secret } from "../base/secret.ts";
import { type MasterKey, makeMasterKey, readMasterKey } from "./master-key.ts";
import { createKeyFile, readKeyFile, replaceKeyFile } from "./master-key-file.ts";

export interface MasterKeyPlaces {
  readonly dataDir: string;
  /** Text of `SPILLWAY_MASTER_KEY`, which goes before the file. */
  readonly key?: Secret | undefined;
  /** Text of `SPILLWAY_MASTER_KEY_PREVIOUS`, which only opens what it sealed. */
  readonly previous?: Secret | undefined;
}

const FILE_NAME = "master.key";
const KEY_VARIABLE = "SPILLWAY_MASTER_KEY";
const PREVIOUS_VARIABLE = "SPILLWAY_MASTER_KEY_PREVIOUS";

/** Finds the master keys; a file is made only when something is to be sealed. The refusal is for people. */
export async function openMasterKeys(places: MasterKeyPlaces): Promise<Result<MasterKeys, string>> {
  const previous = readVariable(PREVIOUS_VARIABLE, places.previous);
  if (!previous.ok) return previous;
  const path = join(places.dataDir, FILE_NAME);
  if (places.key !== undefined) {
    const keys = readVariable(KEY_VARIABLE, places.key);
    return keys.ok
      ? ok(new MasterKeys({ keys: keys.value, previous: previous.value, path, inFile: false }))
      : keys;
  }
  const keys = await readKeyFile(path);
  return keys.ok
    ? ok(new MasterKeys({ keys: keys.value, previous: previous.value, path, inFile: true }))
    : keys;
}

/** The master keys at hand, and the file in which they are kept if they do not come from the environment. */
export class MasterKeys {
  /** Newest first: the first one seals, the others wait until nothing is sealed by them. */
  #keys: readonly MasterKey[];
  readonly #previous: readonly MasterKey[];
  readonly #path: string;
  readonly #inFile: boolean;

  constructor(options: {
    readonly keys: readonly MasterKey[];
    readonly previous: readonly MasterKey[];
    readonly path: string;
    readonly inFile: boolean;
  }) {
    this.#keys = options.keys;
    this.#previous = options.previous;
    this.#path = options.path;
    this.#inFile = options.inFile;
  }

  /** Whether it can be replaced here: one from the environment is somebody else's to change. */
  get isReplaceable(): boolean {
    return this.#inFile;
  }

  /** True between the two halves of a replacement. */
  get hasOlder(): boolean {
    return this.#keys.length > 1;
  }

  find(id: string): KeyObject | undefined {
    return [...this.#keys, ...this.#previous].find((known) => known.id === id)?.key;
  }

  /** Whether this is the key that seals now. */
  isCurrent(id: string): boolean {
    return this.#keys[0]?.id === id;
  }

  /** The key that seals; made when it is first asked for. */
  async current(): Promise<Result<MasterKey, GatewayError>> {
    const [current] = this.#keys;
    if (current !== undefined) return ok(current);
    const made = makeMasterKey();
    const written = await tryToWrite(() => createKeyFile(this.#path, made));
    if (!written.ok) return written;
    this.#keys = [made];
    return ok(made);
  }

  /** Puts a new key before the ones that there are. */
  async addNewest(): Promise<Result<void, GatewayError>> {
    return await this.#replace([makeMasterKey(), ...this.#keys]);
  }

  /** Forgets all but the current key: nothing may be sealed by them any more. */
  async dropOlder(): Promise<Result<void, GatewayError>> {
    return this.hasOlder ? await this.#replace(this.#keys.slice(0, 1)) : ok(undefined);
  }

  /** Where a key that is not at hand would have to be put. */
  describePlaces(): string {
    return this.#inFile
      ? `Put ${this.#path} back from the backup of the data directory, or set ${KEY_VARIABLE} to that key if it came from there`
      : `Set ${PREVIOUS_VARIABLE} to that key; if it came from a file, to the text of ${this.#path}`;
  }

  async #replace(keys: readonly MasterKey[]): Promise<Result<void, GatewayError>> {
    const written = await tryToWrite(() => replaceKeyFile(this.#path, keys));
    if (written.ok) this.#keys = keys;
    return written;
  }
}

function readVariable(
  name: string,
  value: Secret | undefined,
): Result<readonly MasterKey[], string> {
  if (value === undefined) return ok([]);
  const key = readMasterKey(value.reveal());
  return key.ok ? ok([key.value]) : fail(`${name} ${key.error}`);
}

async function tryToWrite(write: () => Promise<void>): Promise<Result<void, GatewayError>> {
  try {
    await write();
    return ok(undefined);
  } catch (cause) {
    return fail(
      gatewayError("accounting_unavailable", "The master key's file could not be written", {
        cause,
      }),
    );
  }
}

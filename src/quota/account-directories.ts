import type { Secret } from "../base/secret.ts";
import type { LoginReader } from "./claude-login.ts";

/** A configuration directory as an account of its own. */
export interface AccountDirectory {
  readonly path: string;
  /** Names the account whatever its token is. */
  readonly account: string;
}

export interface AccountDirectoriesOptions {
  readonly directories: readonly AccountDirectory[];
  readonly readLogin: LoginReader;
  /** The keyed hash by which a token is known. */
  readonly hash: (token: Secret) => string;
  /** Two directories hold one login; once for each two. */
  readonly onSameLogin: (one: string, other: string) => void;
}

interface Entry extends AccountDirectory {
  stamp: string | undefined;
  /** Hashes; the newest first. A session may go on with the token before for a while. */
  tokens: readonly string[];
}

const KEPT_TOKENS = 4;

/** Which configuration directory a token belongs to, also after it was refreshed. Tokens are kept as keyed hashes only. */
export class AccountDirectories {
  readonly #options: AccountDirectoriesOptions;
  readonly #entries: readonly Entry[];
  readonly #told = new Set<string>();
  #looking: Promise<void> | undefined;

  constructor(options: AccountDirectoriesOptions) {
    this.#options = options;
    this.#entries = options.directories.map((directory) => ({
      ...directory,
      stamp: undefined,
      tokens: [],
    }));
  }

  /** The account behind a token's hash. One that is not known has every login looked at anew, all at once never more than once. */
  async resolve(hash: string): Promise<string | undefined> {
    const known = this.#find(hash);
    if (known !== undefined) return known;
    // A look under way may have begun before the token was written.
    await this.#looking;
    return this.#find(hash) ?? (await this.look(), this.#find(hash));
  }

  /** Looks at every login that has changed. */
  async look(): Promise<void> {
    this.#looking ??= this.#lookAtAll().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  /** Directories in which no login was found so far. */
  get withoutLogin(): readonly string[] {
    return this.#entries.filter(({ tokens }) => tokens.length === 0).map(({ path }) => path);
  }

  async #lookAtAll(): Promise<void> {
    await Promise.all(this.#entries.map((entry) => this.#lookAt(entry)));
    for (const [index, one] of this.#entries.entries()) {
      for (const other of this.#entries.slice(index + 1)) this.#compare(one, other);
    }
  }

  async #lookAt(entry: Entry): Promise<void> {
    const found = await this.#options.readLogin(entry.path, entry.stamp);
    if (found === undefined || found === "same") return;
    const hash = this.#options.hash(found.token);
    entry.stamp = found.stamp;
    entry.tokens = [hash, ...entry.tokens.filter((known) => known !== hash)].slice(0, KEPT_TOKENS);
  }

  #compare(one: Entry, other: Entry): void {
    const [token] = one.tokens;
    const pair = `${one.account} ${other.account}`;
    if (token === undefined || token !== other.tokens[0] || this.#told.has(pair)) return;
    this.#told.add(pair);
    this.#options.onSameLogin(one.path, other.path);
  }

  /** A login that a directory has now goes before one that another had. */
  #find(hash: string): string | undefined {
    const now = this.#entries.find(({ tokens }) => tokens[0] === hash);
    return (now ?? this.#entries.find(({ tokens }) => tokens.includes(hash)))?.account;
  }
}

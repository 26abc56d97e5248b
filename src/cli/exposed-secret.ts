import { type CliFailure, cliFailure, EXIT } from "./deps.ts";

// Masks are shorter, and are no secrets.
const SPILLWAY_KEY = /(?<![0-9A-Za-z])spw-[0-9A-Za-z]{8}/;
const PROVIDER_KEY = /sk-ant-[0-9A-Za-z_-]{8}/i;

/**
 * Why no command runs with these arguments: one carries a credential, which the shell's history and the list of
 * processes show to others. It is never repeated.
 */
export function exposedSecret(argv: readonly string[]): CliFailure | undefined {
  const remedy = argv.some((text) => SPILLWAY_KEY.test(text))
    ? "Name a key by its id or name; give this one a new secret with spillway keys rotate."
    : argv.some((text) => PROVIDER_KEY.test(text))
      ? "Store it with spillway byok set, which asks for it or reads it from a pipe."
      : undefined;
  if (remedy === undefined) return undefined;
  return cliFailure(
    EXIT.usage,
    `Nothing was done: an argument carries a credential, and others can see it.\n${remedy}`,
  );
}

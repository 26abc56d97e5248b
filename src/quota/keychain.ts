import { execFile } from "node:child_process";

const TIMEOUT_MS = 10_000;

/** Asks macOS's keychain by its own program; what it says of a missing item is thrown away. */
export async function readKeychain(service: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const args = ["find-generic-password", "-s", service, "-w"];
  execFile("/usr/bin/security", args, { timeout: TIMEOUT_MS }, (error, stdout) => {
    resolve(error === null ? stdout.trim() : undefined);
  });
  return await promise;
}

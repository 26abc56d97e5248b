import { userInfo } from "node:os";

/** The person whose process this is; keyless loopback requests are theirs. */
export function localUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under an id that has no name.
    return "local";
  }
}

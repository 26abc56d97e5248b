export { openCredentials } from "./chain.ts";
export { profileName } from "./profile.ts";
export { readProfile } from "./shared-files.ts";
export { encode, signV4 } from "./sigv4.ts";

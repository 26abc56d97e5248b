/**
 * The two parts of `undici` that a direct connection needs. Its index also loads fetch, WebSocket, caches and mocks, which
 * cost 13 MB and a third of the start-up time. The version is pinned; a test fails when these paths move.
 */
declare module "undici/lib/dispatcher/client.js" {
  import { Client } from "undici";
  export default Client;
}

declare module "undici/lib/core/connect.js" {
  import { buildConnector } from "undici";
  export default buildConnector;
}

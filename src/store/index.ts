export type * from "./contract.ts";
export { isTimeZone } from "./days.ts";
export type * from "./record.ts";
export {
  readServerInfo,
  removeServerInfo,
  type ServerInfo,
  writeServerInfo,
} from "./server-info.ts";
export { openSqliteStore, type SqliteStoreOptions } from "./sqlite/open.ts";
export { openReader } from "./sqlite/open-reader.ts";
export type * from "./transaction.ts";

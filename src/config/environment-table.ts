import { AWS_VARIABLES } from "./aws-variables.ts";
import { AZURE_VARIABLES } from "./azure-variables.ts";
import { type EnvironmentVariable, readInteger } from "./environment-variable.ts";
import { GCP_VARIABLES } from "./gcp-variables.ts";
import { PICKER_VARIABLES } from "./picker-variables.ts";
import { ROUTER_VARIABLES } from "./router-variables.ts";

/** In the order of strength: of two variables for one field the earlier wins. */
export const ENVIRONMENT: readonly EnvironmentVariable[] = [
  {
    name: "SPILLWAY_CONFIG",
    description:
      "The configuration file, which must exist. Without it spillway.yaml in the data directory, if there is one; never the current directory's, which somebody else may have filled.",
  },
  { name: "PORT", path: "listener.port", description: "TCP port to listen on.", read: readInteger },
  { name: "BIND", path: "listener.bind", description: "Address to listen on." },
  {
    name: "SPILLWAY_DATA_DIR",
    path: "data.dir",
    description: "Directory of the database and the install key.",
  },
  {
    name: "SPILLWAY_ANTHROPIC_URL",
    path: "anthropic.url",
    description: "Full URL of the Anthropic upstream, with its path prefix if it has one.",
  },
  {
    name: "ANTHROPIC_HOST_OVERRIDE",
    path: "anthropic.url",
    description:
      "For tests: host[:port] of the Anthropic upstream, port 443 unless given. https, but http for a loopback host with another port than 443.",
  },
  {
    name: "SPILLWAY_MASTER_KEY",
    path: "vault.masterKey",
    description: "Key that seals stored credentials: 32 bytes in hex or base64.",
  },
  {
    name: "SPILLWAY_MASTER_KEY_PREVIOUS",
    path: "vault.previousMasterKey",
    description: "The master key before, for the first start with a new one.",
  },
  ...ROUTER_VARIABLES,
  ...PICKER_VARIABLES,
  ...AWS_VARIABLES,
  ...GCP_VARIABLES,
  ...AZURE_VARIABLES,
];

import type { EnvironmentVariable } from "./environment-variable.ts";

/**
 * Azure's own, for providers at Azure that name no key.
 * @source https://learn.microsoft.com/en-us/javascript/api/@azure/identity/environmentcredential and
 * https://code.claude.com/docs/en/microsoft-foundry (read 2026-11-26)
 */
export const AZURE_VARIABLES: readonly EnvironmentVariable[] = [
  {
    name: "ANTHROPIC_FOUNDRY_RESOURCE",
    description: "Resource of Claude on Microsoft Foundry, where the entry names none.",
  },
  {
    name: "ANTHROPIC_FOUNDRY_API_KEY",
    description: "Key of that resource; goes before tokens of Entra.",
  },
  {
    name: "AZURE_OPENAI_ENDPOINT",
    description: "Address of an Azure OpenAI resource, where the entry names none.",
  },
  {
    name: "AZURE_OPENAI_API_KEY",
    description: "Key of that resource; goes before tokens of Entra.",
  },
  { name: "AZURE_TENANT_ID", description: "Directory that an application of Entra's is in." },
  {
    name: "AZURE_CLIENT_ID",
    description: "The application, or the identity that an app or a machine is to have.",
  },
  { name: "AZURE_CLIENT_SECRET", description: "Its secret." },
  {
    name: "AZURE_CLIENT_CERTIFICATE_PATH",
    description: "PEM file with its certificate and the private key, in a secret's place.",
  },
  {
    name: "AZURE_FEDERATED_TOKEN_FILE",
    description: "Token of a cluster's identity provider, taken to Entra for one of its own.",
  },
  {
    name: "AZURE_AUTHORITY_HOST",
    description: "Entra's address. Default: https://login.microsoftonline.com.",
  },
  {
    name: "IDENTITY_ENDPOINT",
    description: "Where an App Service or a Container App gets tokens of its identity.",
  },
  { name: "IDENTITY_HEADER", description: "Belongs to IDENTITY_ENDPOINT." },
  {
    name: "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    description: "Another address of the machine's metadata than http://169.254.169.254.",
  },
];

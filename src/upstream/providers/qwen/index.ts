import { anthropicProvider } from "../anthropic-provider.ts";

/** Qwen, in Anthropic's dialect. @source https://www.alibabacloud.com/help/en/model-studio/anthropic-api-messages (read 2026-11-25) */
export const provider = anthropicProvider({
  id: "qwen",
  defaultBaseUrl: "https://dashscope-intl.aliyuncs.com",
  under: "/apps/anthropic",
  checkPath: "/compatible-mode/v1/models",
});

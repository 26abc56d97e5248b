// Generated from @pydantic/genai-prices by tools/generate-prices.ts; do not edit.
import type { PriceList } from "./price.ts";

/** Prices of models that our own list does not have. */
export const GENERATED_PRICES: PriceList = {
  version: "genai-prices-0.1.8",
  prices: [
    {"model":"claude-2","usd":{"input":"8","output":"24"},"source":"https://www.anthropic.com/pricing#api","date":"@pydantic/genai-prices@0.1.8"},
    {"model":"claude-3-5-haiku","usd":{"input":"0.8","output":"4","cacheRead":"0.08","cacheWrite5m":"1","cacheWrite1h":"1.6","webSearch":"10"},"source":"https://www.anthropic.com/pricing#api","date":"@pydantic/genai-prices@0.1.8"},
    {"model":"claude-3-5-sonnet","usd":{"input":"3","output":"15","cacheRead":"0.3","cacheWrite5m":"3.75","cacheWrite1h":"6","webSearch":"10"},"source":"https://www.anthropic.com/pricing#api","date":"@pydantic/genai-prices@0.1.8"},
    {"model":"claude-3-7-sonnet","usd":{"input":"3","output":"15","cacheRead":"0.3","cacheWrite5m":"3.75","cacheWrite1h":"6","webSearch":"10"},"source":"https://www.anthropic.com/pricing#api","date":"@pydantic/genai-prices@0.1.8"},
    {"model":"claude-sonnet-3-7","usd":{"input":"3","output":"15","cacheRead":"0.3","cacheWrite5m":"3.75","cacheWrite1h":"6","webSearch":"10"},"source":"https://www.anthropic.com/pricing#api","date":"@pydantic/genai-prices@0.1.8"},
    {"model":"claude-3-haiku","usd":{"input":"0.25","output":"1.25","cacheRead":"0.03","cacheWrite5m":"0.3","cacheWrite1h":"0.5"},"source":"https://www.anthropic.com/pricing#api","date":"@pydantic/genai-prices@0.1.8"},
    {"model":"claude-3-opus","usd":{"input":"15","output":"75","cacheRead":"1.5","cacheWrite5m":"18.75","cacheWrite1h":"30"},"source":"https://www.anthropic.com/pricing#api","date":"@pydantic/genai-prices@0.1.8"},
    {"model":"claude-3-sonnet","usd":{"input":"3","output":"15","cacheRead":"0.3","cacheWrite5m":"3.75","cacheWrite1h":"6"},"source":"https://www.anthropic.com/pricing#api","date":"@pydantic/genai-prices@0.1.8"},
    {"model":"claude-opus-4-0","usd":{"input":"15","output":"75","cacheRead":"1.5","cacheWrite5m":"18.75","cacheWrite1h":"30","webSearch":"10"},"source":"https://www.anthropic.com/pricing#api","date":"@pydantic/genai-prices@0.1.8"},
    {"model":"claude-4-opus","usd":{"input":"15","output":"75","cacheRead":"1.5","cacheWrite5m":"18.75","cacheWrite1h":"30","webSearch":"10"},"source":"https://www.anthropic.com/pricing#api","date":"@pydantic/genai-prices@0.1.8"},
    {"model":"claude-opus-4","usd":{"input":"15","output":"75","cacheRead":"1.5","cacheWrite5m":"18.75","cacheWrite1h":"30","webSearch":"10"},"source":"https://www.anthropic.com/pricing#api","date":"@pydantic/genai-prices@0.1.8"},
    {"model":"claude-sonnet-4-0","usd":{"input":"3","output":"15","cacheRead":"0.3","cacheWrite5m":"3.75","cacheWrite1h":"6","webSearch":"10"},"source":"https://www.anthropic.com/pricing#api","date":"@pydantic/genai-prices@0.1.8"},
    {"model":"claude-sonnet-4","usd":{"input":"3","output":"15","cacheRead":"0.3","cacheWrite5m":"3.75","cacheWrite1h":"6","webSearch":"10"},"source":"https://www.anthropic.com/pricing#api","date":"@pydantic/genai-prices@0.1.8"},
    {"model":"claude-4-sonnet","usd":{"input":"3","output":"15","cacheRead":"0.3","cacheWrite5m":"3.75","cacheWrite1h":"6","webSearch":"10"},"source":"https://www.anthropic.com/pricing#api","date":"@pydantic/genai-prices@0.1.8"},
    {"model":"claude-v1","usd":{"input":"8","output":"24"},"source":"https://www.anthropic.com/pricing#api","date":"@pydantic/genai-prices@0.1.8"},
  ],
};

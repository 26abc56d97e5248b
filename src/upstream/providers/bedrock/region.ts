/** @source https://docs.aws.amazon.com/general/latest/gr/bedrock.html (read 2026-11-26) */
export function suffixOf(region: string): string {
  return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

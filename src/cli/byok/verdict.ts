import { plainText } from "../../observe/terminal-line.ts";
import type { Screen } from "../text.ts";

/** What the provider said of a key, in the colour of how good that is. */
export function verdictLine(
  screen: Screen,
  { verified, message }: { readonly verified: boolean | null; readonly message: string },
): string {
  const style = verified === true ? "green" : verified === false ? "red" : "yellow";
  return screen.paint(style, plainText(message));
}

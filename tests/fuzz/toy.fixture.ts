const SECRET = "fz!";

/** Goes one step deeper for each letter that is right; only the last step can be told from outside. */
export function readSecret(text: string): void {
  if (text[0] !== SECRET[0]) return;
  if (text[1] !== SECRET[1]) return;
  if (text[2] !== SECRET[2]) return;
  throw new Error("the secret is out");
}

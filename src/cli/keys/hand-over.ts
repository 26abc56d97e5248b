import type { Screen } from "../text.ts";

/** The one time that a key is shown: alone on its line, so that nothing else is copied. */
export function showSecret(screen: Screen, title: string, secret: string): void {
  screen.line(`${title} ${screen.paint("bold", "It is shown this once:")}`);
  screen.line();
  screen.line(secret);
  screen.line();
}

/** How whoever gets the key uses it. */
export function showNextStep(screen: Screen): void {
  screen.line();
  screen.line("Give it to Claude Code, beside what spillway connect claude-code sets:");
  screen.line();
  screen.line('  with its login     ANTHROPIC_CUSTOM_HEADERS="x-spillway-key: THE_KEY"');
  screen.line("  without a login    ANTHROPIC_AUTH_TOKEN=THE_KEY");
  screen.line();
  screen.line(
    screen.paint("dim", "Without a login a stored key pays: spillway byok set anthropic"),
  );
}

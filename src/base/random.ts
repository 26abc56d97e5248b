/** From 0 to 1; for spreading things out, never for secrets. */
export const systemRandom = (): number => Math.random();

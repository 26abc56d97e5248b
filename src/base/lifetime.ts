/** Runs `body` with a scope that closes, newest first, whatever the body opened in it. */
export async function withLifetime<T>(
  body: (scope: AsyncDisposableStack) => Promise<T>,
): Promise<T> {
  await using scope = new AsyncDisposableStack();
  return await body(scope);
}

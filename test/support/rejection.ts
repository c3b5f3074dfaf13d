// What a promise fails with, asked without `expect(...).rejects`.

/**
 * That, and `.resolves`, run Bun's event loop inside of a turn of it until the promise is settled. A `for await` over the
 * output of a process, as `TestServer` has one, is then at times never told of what comes next.
 */
export async function rejection(promise: Promise<unknown>): Promise<string> {
  const text = await promise.then(
    () => null,
    (error: unknown) => String(error),
  );
  if (text === null) throw new Error("it did not fail");
  return text;
}

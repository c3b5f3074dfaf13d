// The processes that a comparison starts: none outlives it.
import type { Subprocess } from "bun";

/** A child that has not ended so long after SIGTERM is killed. */
const END_WAIT_MS = 3_000;

export type Child<Out extends "pipe" | "ignore"> = Subprocess<"ignore", Out, "pipe">;

const children = new Set<Subprocess>();

export function startChild<const Out extends "pipe" | "ignore">(
  command: readonly string[],
  stdout: Out,
): Child<Out> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout, stderr: "pipe" });
  children.add(child);
  void child.exited.then(() => children.delete(child));
  return child;
}

export async function endChild(child: Subprocess): Promise<void> {
  child.kill("SIGTERM");
  const deadline = setTimeout(() => child.kill("SIGKILL"), END_WAIT_MS);
  await child.exited;
  clearTimeout(deadline);
}

/** For an exit handler, which cannot wait. Their programs see the end of their input and go too. */
export function killChildren(): void {
  for (const child of children) child.kill("SIGKILL");
}

// The processes that a run starts: none outlives it, whatever ends it.
import type { Subprocess } from "bun";

/** A child that has not ended so long after SIGTERM is killed. */
const END_WAIT_MS = 3_000;

export type Child<Out extends "pipe" | "ignore"> = Subprocess<"ignore", Out, "pipe">;

const children = new Set<Subprocess>();
/** setpriv(1) of util-linux: the kernel kills the child when we are gone, were it by SIGKILL. */
const DIES_WITH_US = Bun.which("setpriv") === null ? [] : ["setpriv", "--pdeathsig=KILL", "--"];

export type ChildOptions<Out> = {
  readonly stdout: Out;
  /** Beside our own. */
  readonly env?: Readonly<Record<string, string>>;
};

export function startChild<const Out extends "pipe" | "ignore">(
  command: readonly string[],
  { stdout, env = {} }: ChildOptions<Out>,
): Child<Out> {
  const child = Bun.spawn([...DIES_WITH_US, ...command], {
    stdin: "ignore",
    stdout,
    stderr: "pipe",
    env: { ...process.env, ...env },
  });
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

// Runs a program to its end, with a deadline, and tells all that it said.

import { within } from "../support/server-deadline.ts";

/** A package is unpacked, a compiler runs: on a busy machine. */
export const PACKAGES_DEADLINE_MS = 240_000;

export interface CommandOptions {
  readonly directory?: string;
  /** Besides PATH and those of the package managers, by which they find their registry. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Outcome {
  readonly status: number | null;
  /** Of stdout and stderr. */
  readonly said: string;
}

/** What the machine says of where its registries and certificates are, and nothing of websockd. */
function inherited(): Record<string, string> {
  const names = Object.keys(process.env).filter((name) => !/^(?:WEBSOCKD_|BUN_|DEB)/.test(name));
  return Object.fromEntries(names.map((name) => [name, process.env[name]!]));
}

/** Kills it when it takes too long. */
export async function command(
  words: readonly string[],
  options: CommandOptions = {},
): Promise<Outcome> {
  const child = Bun.spawn([...words], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...inherited(), LC_ALL: "C.UTF-8", ...options.environment },
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
  });
  try {
    const output = [new Response(child.stdout).text(), new Response(child.stderr).text()];
    const texts = await within(words.join(" "), Promise.all(output), PACKAGES_DEADLINE_MS);
    return { status: await child.exited, said: texts.join("") };
  } finally {
    child.kill("SIGKILL");
  }
}

/** The same for what must succeed: what it said. */
export async function succeed(
  words: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { status, said } = await command(words, options);
  if (status === 0) return said;
  throw new Error(`${words.join(" ")} ended with ${status}:\n${said.slice(-4000)}`);
}

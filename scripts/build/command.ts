// Runs a program that the build needs, to its end.

import { BuildError, MissingError } from "./build-error.ts";

export interface CommandOptions {
  readonly cwd: string;
  /** Besides those of the build itself. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What to install when there is no such program. */
  readonly remedy: string;
}

/** What it wrote to stdout. Throws a MissingError without the program, a BuildError with its last words when it fails. */
export function runCommand(words: readonly string[], options: CommandOptions): string {
  const [program = ""] = words;
  if (Bun.which(program) === null) {
    throw new MissingError(`there is no ${program} (${options.remedy})`);
  }
  const child = Bun.spawnSync([...words], {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdin: "ignore",
  });
  if (child.exitCode === 0) return child.stdout.toString();
  const said = `${child.stdout.toString()}\n${child.stderr.toString()}`.trim();
  throw new BuildError(`${words.join(" ")} failed:\n${said.split("\n").slice(-8).join("\n")}`);
}

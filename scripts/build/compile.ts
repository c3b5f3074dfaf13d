// Compiles the program and Bun into one binary.

import { join } from "node:path";
import { BuildError } from "./build-error.ts";

const ROOT = join(import.meta.dir, "../..");

/** Whatever lies in the folder in which the binary runs, it is not obeyed: a bunfig.toml there could run code. */
const FLAGS = [
  "--compile",
  "--bytecode",
  "--format=esm",
  "--splitting",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  "--no-compile-autoload-tsconfig",
  "--no-compile-autoload-package-json",
] as const;

/** Bun for a platform, as `bun build` is told of it. */
export interface Runtime {
  /** As Bun names the platform: `bun-linux-arm64`. */
  readonly target: string;
  /** Its executable. */
  readonly path: string;
}

/**
 * Writes the binary to `outfile`: for this machine, with the Bun that runs this, or with `runtime`. The name of the file is
 * in its bytes: those who want the same ones keep to one name. Throws a BuildError.
 */
export function compileProgram(outfile: string, runtime?: Runtime): void {
  const platform =
    runtime === undefined
      ? []
      : [`--target=${runtime.target}`, `--compile-executable-path=${runtime.path}`];
  const words = ["build", ...FLAGS, ...platform, "src/main.ts", `--outfile=${outfile}`];
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, ...words], {
    cwd: ROOT,
    stdin: "ignore",
  });
  if (exitCode === 0) return;
  throw new BuildError(`bun build failed: ${stdout.toString()}${stderr.toString()}`.trim());
}

// What package.json says of the program and of the Bun that it is built with.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BuildError } from "./build-error.ts";

export const ROOT = join(import.meta.dir, "../..");

interface Manifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: { readonly bun: string };
}

export const MANIFEST = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;

/** Throws when this is another Bun than the one that everything was tried with. */
export function checkBun(): void {
  const wanted = MANIFEST.dependencies.bun;
  if (Bun.version === wanted) return;
  const remedy = `npx -y bun@${wanted} run build`;
  throw new BuildError(
    `websockd is built with Bun ${wanted}, and this is ${Bun.version} (${remedy})`,
  );
}

/**
 * Seconds since 1970 that packages are dated with, so that the same sources give the same bytes: SOURCE_DATE_EPOCH, or the
 * time of the last commit. Throws a BuildError when neither says.
 */
export function sourceTime(): number {
  const given = process.env["SOURCE_DATE_EPOCH"];
  if (given !== undefined && /^\d+$/.test(given)) return Number(given);
  if (given !== undefined) {
    throw new BuildError(
      `SOURCE_DATE_EPOCH is seconds since 1970, and not ${JSON.stringify(given)}`,
    );
  }
  const git = Bun.which("git") === null ? null : ["git", "log", "-1", "--format=%ct"];
  const told = git === null ? null : Bun.spawnSync(git, { cwd: ROOT, stdin: "ignore" });
  if (told?.exitCode === 0) return Number(told.stdout.toString());
  const remedy = "set SOURCE_DATE_EPOCH, in seconds since 1970";
  throw new BuildError(`git does not tell when the last commit was made (${remedy})`);
}

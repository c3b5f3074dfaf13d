// Bun's executable for a platform, from the npm registry, with the checksum that bun.lock has of it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BuildError, MissingError } from "./build-error.ts";
import { runCommand } from "./command.ts";
import type { Runtime } from "./compile.ts";
import { MANIFEST, ROOT } from "./manifest.ts";

export interface Platform {
  readonly name: string;
  /** As Bun names it. */
  readonly target: string;
  /** The npm package that has Bun for it. */
  readonly package: string;
}

export const PLATFORMS: readonly Platform[] = [
  { name: "linux-x64", target: "bun-linux-x64", package: "@oven/bun-linux-x64" },
  { name: "linux-arm64", target: "bun-linux-arm64", package: "@oven/bun-linux-aarch64" },
  { name: "linux-x64-musl", target: "bun-linux-x64-musl", package: "@oven/bun-linux-x64-musl" },
  {
    name: "linux-arm64-musl",
    target: "bun-linux-arm64-musl",
    package: "@oven/bun-linux-aarch64-musl",
  },
];

/** Fetches it into `directory`. Throws a MissingError when it cannot be had, a BuildError when it is not what it was. */
export function fetchRuntime(platform: Platform, directory: string): Runtime {
  const specification = `${platform.package}@${MANIFEST.dependencies.bun}`;
  const archive = join(directory, pack(specification, directory));
  const expected = lockedIntegrity(specification);
  const found = `sha512-${new Bun.CryptoHasher("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (found !== expected) {
    throw new BuildError(`${specification} is not what bun.lock has: ${found}, not ${expected}`);
  }
  const member = "package/bin/bun";
  const words = ["tar", "-xzf", archive, "--no-same-owner", member];
  runCommand(words, { cwd: directory, remedy: "apt install tar" });
  return { target: platform.target, path: join(directory, member) };
}

/** The name of the file. npm keeps what it has fetched, and asks the registry once for each machine. */
function pack(specification: string, directory: string): string {
  const words = ["npm", "pack", "--silent", "--prefer-offline", specification];
  try {
    return runCommand(words, { cwd: directory, remedy: "apt install npm" }).trim();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new MissingError(`its Bun cannot be had from the npm registry: ${error.message}`);
  }
}

/** `sha512-...` of a package, by its name and version. */
function lockedIntegrity(specification: string): string {
  const lines = readFileSync(join(ROOT, "bun.lock"), "utf8").split("\n");
  const line = lines.find((text) => text.includes(`["${specification}", `));
  const integrity = /"(sha512-[^"]+)"\],?$/.exec(line ?? "")?.[1];
  if (integrity !== undefined) return integrity;
  throw new BuildError(`bun.lock has no checksum of ${specification} (bun install)`);
}

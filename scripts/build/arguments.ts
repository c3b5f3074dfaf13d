// What `bun run build` is asked for.

import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { BuildError } from "./build-error.ts";
import { BINARIES, PRODUCTS, RELEASE } from "./products.ts";

export interface BuildRequest {
  /** Names of products. */
  readonly products: readonly string[];
  /** Where the files go. */
  readonly out: string;
  /** Without a slash at the end. */
  readonly releaseUrl: string;
  /** What this machine cannot make is left out, and told. */
  readonly skipMissing: boolean;
  readonly help: boolean;
}

/** Nobody's, RFC 2606: the project does not say where its releases are. */
const NO_RELEASE_URL = "https://example.invalid/websockd";

export const USAGE = `bun run build [--out=DIR] [--skip-missing] [--release-url=URL] [WHAT...]

  --out=DIR          where the files go, with SHA256SUMS (default: dist)
  --skip-missing     leave out what this machine cannot make, and say so
  --release-url=URL  where the files of a release will be, for the formula

WHAT (default: ${BINARIES.join(" ")}):
${PRODUCTS.map(({ name, summary }) => `  ${name.padEnd(17)}  ${summary}`).join("\n")}
  all                all but the first`;

/** Throws a BuildError. */
export function readArguments(words: readonly string[]): BuildRequest {
  const { values, positionals } = parsed(words);
  const names = positionals.flatMap((name) => (name === "all" ? RELEASE : [name]));
  const known = PRODUCTS.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const text = `there is no ${JSON.stringify(unknown)} to build, but ${known.join(", ")}, all`;
    throw new BuildError(text);
  }
  const releaseUrl = values["release-url"] ?? NO_RELEASE_URL;
  if (!URL.canParse(releaseUrl)) {
    throw new BuildError(`--release-url is an address, and not ${JSON.stringify(releaseUrl)}`);
  }
  return {
    products: names.length === 0 ? BINARIES : names,
    out: resolve(values.out ?? "dist"),
    releaseUrl: releaseUrl.replace(/\/+$/, ""),
    skipMissing: values["skip-missing"] ?? false,
    help: values.help ?? false,
  };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        out: { type: "string" },
        "release-url": { type: "string" },
        "skip-missing": { type: "boolean" },
        help: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new BuildError(`${(error as Error).message} (--help tells of all)`);
  }
}

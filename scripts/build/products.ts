// What can be built, and what each thing is made of.

import { renameSync, rmSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./command.ts";
import { compileProgram } from "./compile.ts";
import { debianPackage } from "./debian-package.ts";
import { homebrewFormula } from "./homebrew.ts";
import { MANIFEST, ROOT } from "./manifest.ts";
import { fetchRuntime, type Platform, PLATFORMS } from "./runtime.ts";

/** Where one run of the build works. */
export interface Workshop {
  /** Its own, gone after the run. */
  readonly directory: string;
  /** Seconds since 1970; asked for once a package is made that says when. */
  readonly time: () => number;
  /** Where the files of a release are to be had, without a slash at the end. */
  readonly releaseUrl: string;
  /** The path of a product that was made before. */
  readonly pathOf: (product: string) => string;
}

export interface Product {
  readonly name: string;
  /** Products that it is made of. */
  readonly needs: readonly string[];
  readonly summary: string;
  /** Writes one file into the workshop's directory, under its last name, and returns that. Throws a BuildError. */
  readonly make: (workshop: Workshop) => string;
}

const HERE: Product = {
  name: "here",
  needs: [],
  summary: "the binary for this machine, with the Bun that builds it",
  make: ({ directory }) => {
    compileProgram(join(directory, "websockd"));
    return "websockd";
  },
};

function binary(platform: Platform): Product {
  return {
    name: platform.name,
    needs: [],
    summary: `the binary for ${platform.name.replace("-musl", " with musl")}`,
    make: ({ directory }) => {
      const place = join(directory, platform.name);
      mkdirSync(place);
      const runtime = fetchRuntime(platform, place);
      // The name of the file is in its bytes: the same here as for a binary that is installed.
      compileProgram(join(place, "websockd"), runtime);
      const name = `websockd-${MANIFEST.version}-${platform.name}`;
      renameSync(join(place, "websockd"), join(directory, name));
      rmSync(place, { recursive: true });
      return name;
    },
  };
}

function debian(architecture: string, needed: string): Product {
  return {
    name: `deb-${architecture}`,
    needs: [needed],
    summary: `the package for Debian and Ubuntu, ${architecture}`,
    make: ({ directory, time, pathOf }) =>
      debianPackage({ directory, time: time(), architecture, binary: pathOf(needed) }),
  };
}

const NPM: Product = {
  name: "npm",
  needs: [],
  summary: "the npm package",
  make: ({ directory }) => {
    const words = ["npm", "pack", "--silent", `--pack-destination=${directory}`];
    return runCommand(words, { cwd: ROOT, remedy: "apt install npm" }).trim();
  },
};

const HOMEBREW: Product = {
  name: "homebrew",
  needs: ["linux-x64", "linux-arm64", "npm"],
  summary: "the Homebrew formula, for the files of this build at --release-url",
  make: ({ directory, releaseUrl, pathOf }) =>
    homebrewFormula({
      directory,
      releaseUrl,
      intel: pathOf("linux-x64"),
      arm: pathOf("linux-arm64"),
      source: pathOf("npm"),
    }),
};

/** In the order in which they are made. */
export const PRODUCTS: readonly Product[] = [
  HERE,
  ...PLATFORMS.map(binary),
  debian("amd64", "linux-x64"),
  debian("arm64", "linux-arm64"),
  NPM,
  HOMEBREW,
];

/** What is built when nothing is named. */
export const BINARIES: readonly string[] = PLATFORMS.map(({ name }) => name);

/** What a release has: all but what is for one machine alone. */
export const RELEASE: readonly string[] = PRODUCTS.map(({ name }) => name).filter(
  (name) => name !== HERE.name,
);

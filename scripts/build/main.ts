// `bun run build`: makes the binaries and packages of a release, and the list of their checksums.

import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { type BuildRequest, readArguments, USAGE } from "./arguments.ts";
import { BuildError, MissingError } from "./build-error.ts";
import { checksumList } from "./checksums.ts";
import { checkBun, sourceTime } from "./manifest.ts";
import { type Product, PRODUCTS, type Workshop } from "./products.ts";

const CHECKSUMS = "SHA256SUMS";

/** Nothing comes to its place before all is made. */
function build(request: BuildRequest): void {
  checkBun();
  const directory = openWorkshop(request.out);
  try {
    const paths = makeAll(request, directory);
    writeFileSync(join(directory, CHECKSUMS), checksumList(paths));
    for (const path of [...paths, join(directory, CHECKSUMS)]) {
      const place = join(request.out, basename(path));
      renameSync(path, place);
      console.log(relative(process.cwd(), place));
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A directory in `out`, so that what is made in it only changes its name. */
function openWorkshop(out: string): string {
  try {
    mkdirSync(out, { recursive: true });
    return mkdtempSync(join(out, ".build-"));
  } catch (error) {
    const { message } = error as Error;
    throw new BuildError(`cannot write to ${out}: ${message} (--out=DIR names another place)`);
  }
}

/** The paths of what was asked for. */
function makeAll(request: BuildRequest, directory: string): string[] {
  const made = new Map<string, string>();
  const leftOut = new Map<string, string>();
  const workshop: Workshop = {
    directory,
    releaseUrl: request.releaseUrl,
    time: sourceTime,
    pathOf: (product) => made.get(product)!,
  };
  for (const product of withNeeds(request.products)) {
    const needed = product.needs.find((name) => leftOut.has(name));
    try {
      if (needed !== undefined) throw new MissingError(`it is made of ${needed}`);
      made.set(product.name, join(directory, product.make(workshop)));
    } catch (error) {
      if (!(error instanceof MissingError)) throw error;
      if (!request.skipMissing) {
        const remedy = "--skip-missing leaves out what cannot be made here";
        throw new BuildError(`cannot make ${product.name}: ${error.message}\n(${remedy})`);
      }
      console.error(`left out: ${product.name}: ${error.message}`);
      leftOut.set(product.name, error.message);
    }
  }
  if (made.size === 0) throw new BuildError("nothing that was asked for can be made here");
  return [...made].filter(([name]) => isWanted(request, name)).map(([, path]) => path);
}

/** In the order of the table, in which what is needed comes first. */
function withNeeds(names: readonly string[]): readonly Product[] {
  const wanted = PRODUCTS.filter(({ name }) => names.includes(name));
  const all = [...names, ...wanted.flatMap(({ needs }) => needs)];
  return PRODUCTS.filter(({ name }) => all.includes(name));
}

function isWanted(request: BuildRequest, name: string): boolean {
  return request.products.includes(name);
}

process.umask(0o022);
try {
  const request = readArguments(process.argv.slice(2));
  if (request.help) console.log(USAGE);
  else build(request);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`build: ${error.message}`);
  process.exitCode = 1;
}

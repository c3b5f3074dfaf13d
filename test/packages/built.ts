// One release, built once for all tests of its files.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { missing } from "../support/missing-peer.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { succeed } from "./commands.ts";

export const ROOT = join(import.meta.dir, "../..");
export const BUILD: readonly string[] = [process.execPath, join(ROOT, "scripts/build/main.ts")];
const VERSION = "0.1.0";

export type Product =
  | "linux-x64"
  | "linux-arm64"
  | "linux-x64-musl"
  | "linux-arm64-musl"
  | "deb-amd64"
  | "deb-arm64"
  | "npm"
  | "homebrew";

const FILES: Readonly<Record<Product, string>> = {
  "linux-x64": `websockd-${VERSION}-linux-x64`,
  "linux-arm64": `websockd-${VERSION}-linux-arm64`,
  "linux-x64-musl": `websockd-${VERSION}-linux-x64-musl`,
  "linux-arm64-musl": `websockd-${VERSION}-linux-arm64-musl`,
  "deb-amd64": `websockd_${VERSION}_amd64.deb`,
  "deb-arm64": `websockd_${VERSION}_arm64.deb`,
  npm: `websockd-${VERSION}.tgz`,
  homebrew: "websockd.rb",
};

export const PRODUCTS = Object.keys(FILES) as Product[];

/** The directory that `bun run build all` filled. */
export class Built implements Disposable {
  readonly #directory: TestDirectory;
  /** What the build said. */
  readonly said: string;

  private constructor(directory: TestDirectory, said: string) {
    this.#directory = directory;
    this.said = said;
  }

  /** In CI everything; elsewhere what the machine can make. */
  static async all(releaseUrl: string): Promise<Built> {
    const directory = new TestDirectory();
    const lenient = process.env["CI"] === "true" ? [] : ["--skip-missing"];
    const words = ["all", `--out=${directory.path}`, `--release-url=${releaseUrl}/`, ...lenient];
    try {
      return new Built(directory, await succeed([...BUILD, ...words], { directory: ROOT }));
    } catch (error) {
      directory[Symbol.dispose]();
      throw error;
    }
  }

  get path(): string {
    return this.#directory.path;
  }

  /** The path of a product's file. */
  file(product: Product): string {
    return join(this.path, FILES[product]);
  }

  lacks(product: Product): boolean {
    return missing(`what makes ${product}`, existsSync(this.file(product)));
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

/** True when this machine is what the packages for x64 are run on. */
export const isX64 = process.arch === "x64";

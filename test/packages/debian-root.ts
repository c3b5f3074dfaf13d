// A Debian of its own below a directory, by debootstrap: packages are installed and containers run where no one else is.

import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { TestDirectory } from "../support/server-directory.ts";
import { command, type Outcome, succeed } from "./commands.ts";

const CODENAME = "bookworm";
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface EnterOptions {
  /** By name or number, as chroot(8) takes them: USER:GROUP. Default: root. */
  readonly user?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: /. */
  readonly directory?: string;
  /** With a network of its own, in which there is only 127.0.0.1. */
  readonly hasNetwork?: boolean;
}

/** In namespaces of its own, and gone with them: what is mounted here is seen by nobody else. */
const PREPARE = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec "$@"';
const PREPARE_NETWORK = `ip link set lo up && ${PREPARE}`;

export class DebianRoot implements Disposable {
  readonly #directory: TestDirectory;

  private constructor(directory: TestDirectory) {
    this.#directory = directory;
  }

  get path(): string {
    return this.#directory.file("root");
  }

  /** The smallest that debootstrap makes, from the mirror that this machine has its own packages from. */
  static async install(): Promise<DebianRoot> {
    const root = new DebianRoot(new TestDirectory());
    try {
      const words = ["debootstrap", "--variant=minbase", CODENAME, root.path, await mirror()];
      await succeed(words, { environment: { DPKG_FORCE: "unsafe-io" } });
      return root;
    } catch (error) {
      root[Symbol.dispose]();
      throw error;
    }
  }

  /** Another with the same in it. */
  async copy(): Promise<DebianRoot> {
    const other = new DebianRoot(new TestDirectory());
    await succeed(["cp", "-a", "--reflink=auto", this.path, other.path]);
    return other;
  }

  /** The words that run `words` in it, as process 1 of a namespace that ends with that. */
  entering(words: readonly string[], options: EnterOptions = {}): string[] {
    const { user = "0:0", environment = {}, directory = "/", hasNetwork = false } = options;
    const variables = Object.entries({ PATH, ...environment }).map((pair) => pair.join("="));
    const kinds = ["--mount", "--pid", ...(hasNetwork ? ["--net"] : [])];
    const shell = ["sh", "-c", hasNetwork ? PREPARE_NETWORK : PREPARE, this.path];
    const chroot = ["chroot", `--userspec=${user}`, this.path];
    const env = ["env", "-i", `--chdir=${directory}`, ...variables];
    return ["unshare", ...kinds, "--fork", "--kill-child", ...shell, ...chroot, ...env, ...words];
  }

  async run(words: readonly string[], options: EnterOptions = {}): Promise<Outcome> {
    return await command(this.entering(words, options));
  }

  async succeed(words: readonly string[], options: EnterOptions = {}): Promise<string> {
    return await succeed(this.entering(words, options));
  }

  /** The path outside of what is at `path` inside. */
  at(path: string): string {
    return join(this.path, path);
  }

  read(path: string): string {
    return readFileSync(this.at(path), "utf8");
  }

  makeDirectory(path: string): void {
    mkdirSync(this.at(path), { recursive: true });
  }

  /** Each path with its kind, mode, owner and size, or where it points to. */
  listing(): Map<string, string> {
    const found = new Map<string, string>();
    const walk = (folder: string): void => {
      for (const entry of readdirSync(this.at(folder), { withFileTypes: true })) {
        const path = `${folder}/${entry.name}`;
        found.set(path, describe(this.at(path)));
        if (entry.isDirectory()) walk(path);
      }
    };
    walk("");
    return found;
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

function describe(path: string): string {
  const entry = lstatSync(path);
  const owner = `${entry.mode.toString(8)} ${entry.uid}:${entry.gid}`;
  if (entry.isSymbolicLink()) return `${owner} -> ${readlinkSync(path)}`;
  return entry.isFile() ? `${owner} ${entry.size} bytes` : owner;
}

/** Of the machine's own configuration. */
async function mirror(): Promise<string> {
  const words = ["apt-get", "indextargets", "--format", "$(CODENAME) $(COMPONENT) $(REPO_URI)"];
  const lines = (await succeed([...words, "Created-By: Packages"])).split("\n");
  const found = lines.map((line) => line.split(" "));
  const [, , address] = found.find(([name, part]) => name === CODENAME && part === "main") ?? [];
  if (address === undefined) throw new Error(`apt has no source for ${CODENAME} main`);
  return address;
}

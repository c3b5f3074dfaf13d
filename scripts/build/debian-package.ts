// The package for Debian: its files laid out as they are installed, and dpkg-deb.

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { filled } from "../template.ts";
import { runCommand } from "./command.ts";
import { MANIFEST, ROOT } from "./manifest.ts";

export interface DebianOptions {
  /** Where the package is written. */
  readonly directory: string;
  /** Seconds since 1970: what it is dated with. */
  readonly time: number;
  /** As Debian names it: amd64, arm64. */
  readonly architecture: string;
  /** The path of the program for it. */
  readonly binary: string;
}

/** Files of the repository that are installed as they are. */
const COPIES: readonly (readonly [from: string, to: string])[] = [
  ["deploy/systemd/websockd.service", "usr/lib/systemd/system/websockd.service"],
  ["deploy/systemd/websockd@.service", "usr/lib/systemd/system/websockd@.service"],
  ["deploy/systemd/websockd.socket", "usr/lib/systemd/system/websockd.socket"],
  ["deploy/systemd/websockd.env", "etc/websockd/websockd.env"],
  ["docs/completions/websockd.bash", "usr/share/bash-completion/completions/websockd"],
  ["docs/completions/_websockd", "usr/share/zsh/vendor-completions/_websockd"],
  ["docs/completions/websockd.fish", "usr/share/fish/vendor_completions.d/websockd.fish"],
  ["deploy/debian/copyright", "usr/share/doc/websockd/copyright"],
  ["deploy/debian/lintian-overrides", "usr/share/lintian/overrides/websockd"],
  ["deploy/debian/conffiles", "DEBIAN/conffiles"],
];
const SCRIPTS = ["postinst", "prerm", "postrm"] as const;

/** Writes the package, and returns its name. The same program, time and sources give the same bytes. Throws a BuildError. */
export function debianPackage(options: DebianOptions): string {
  const { directory, architecture, time } = options;
  const version = MANIFEST.version;
  const tree = new Tree(join(directory, `debian-${architecture}`));
  tree.write("usr/bin/websockd", readFileSync(options.binary), 0o755);
  for (const [from, to] of COPIES) tree.write(to, read(from));
  for (const name of SCRIPTS) tree.write(`DEBIAN/${name}`, read(`deploy/debian/${name}`), 0o755);
  tree.write("usr/share/man/man1/websockd.1.gz", compressed(read("docs/websockd.1")));
  const maintainer = maintainerName();
  const changes = filled(join(ROOT, "deploy/debian/changelog"), {
    VERSION: version,
    MAINTAINER: maintainer,
    DATE: new Date(time * 1000).toUTCString().replace("GMT", "+0000"),
  });
  tree.write("usr/share/doc/websockd/changelog.gz", compressed(Buffer.from(changes)));
  const control = filled(join(ROOT, "deploy/debian/control"), {
    VERSION: version,
    ARCHITECTURE: architecture,
    MAINTAINER: maintainer,
    SIZE: String(tree.kibibytes()),
    LIBC: neededLibc(options.binary),
  });
  tree.write("DEBIAN/md5sums", Buffer.from(tree.digests()));
  tree.write("DEBIAN/control", Buffer.from(control));
  const name = `websockd_${version}_${architecture}.deb`;
  const words = ["dpkg-deb", "--root-owner-group", ...COMPRESSION, "--build", tree.root, name];
  runCommand(words, {
    cwd: directory,
    environment: { SOURCE_DATE_EPOCH: String(time) },
    remedy: "apt install dpkg",
  });
  rmSync(tree.root, { recursive: true });
  return name;
}

/** 57 MB in 3 s; the default, xz, makes 41 of it in a minute. Debian's archive takes no zstd. */
const COMPRESSION = ["-Zgzip", "-z1"] as const;

function read(path: string): Buffer {
  return readFileSync(join(ROOT, path));
}

/** As `gzip -9n`. */
function compressed(bytes: Buffer): Buffer {
  const packed = gzipSync(bytes, { level: 9 });
  packed[8] = 2; // RFC 1952 2.3.1: the smallest.
  return packed;
}

/** By Debian's own variables. The other address is nobody's, RFC 2606. */
function maintainerName(): string {
  const { DEBFULLNAME: name, DEBEMAIL: address } = process.env;
  return `${name ?? "The websockd authors"} <${address ?? "websockd@example.invalid"}>`;
}

/** The oldest version of glibc that has every symbol the program asks for: their versions stand in it as text. */
function neededLibc(binary: string): string {
  const text = readFileSync(binary).toString("latin1");
  const versions = new Set(text.match(/(?<=\0GLIBC_)\d+\.\d+(?:\.\d+)?(?=\0)/g));
  const ascending = [...versions].toSorted((a, b) => Bun.semver.order(padded(a), padded(b)));
  return ascending.at(-1) ?? "2.17";
}

function padded(version: string): string {
  return version.split(".").length === 2 ? `${version}.0` : version;
}

/** What will be below / on the machine, and DEBIAN beside it. */
class Tree {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  write(path: string, bytes: Uint8Array, mode = 0o644): void {
    const whole = join(this.root, path);
    mkdirSync(dirname(whole), { recursive: true, mode: 0o755 });
    writeFileSync(whole, bytes, { mode });
  }

  /** As Policy 5.6.20 counts: each file in whole KiB, and one for each directory. */
  kibibytes(): number {
    const sizes = this.#paths().map((path) => statSync(join(this.root, path)));
    const counted = sizes.map((entry) => (entry.isFile() ? Math.ceil(entry.size / 1024) : 1));
    return counted.reduce((sum, size) => sum + size, 0);
  }

  /** What `md5sum` says of each file. */
  digests(): string {
    const files = this.#paths().filter((path) => statSync(join(this.root, path)).isFile());
    const lines = files.map((path) => {
      const digest = new Bun.CryptoHasher("md5").update(readFileSync(join(this.root, path)));
      return `${digest.digest("hex")}  ${path}\n`;
    });
    return lines.join("");
  }

  /** All that is installed, in one order everywhere. */
  #paths(): string[] {
    const paths = readdirSync(this.root, { recursive: true, encoding: "utf8" });
    return paths.filter((path) => !/^DEBIAN(?:\/|$)/.test(path)).toSorted();
  }
}

// The binaries: each for its machine and its C library, and each that can be run here serves a client.

import { expect, test } from "bun:test";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startWorkers } from "../support/server-workers.ts";
import { startServer } from "../support/server.ts";
import { isX64, type Product } from "./built.ts";
import { echoes } from "./echoes.ts";
import { makeLibrary, noMusl } from "./libstdcxx.ts";
import { built } from "./release.ts";

/** elf(5): e_machine. */
const MACHINES = { x64: 62, arm64: 183 } as const;

const EXPECTED: readonly (readonly [Product, number, loader: string])[] = [
  ["linux-x64", MACHINES.x64, "/lib64/ld-linux-x86-64.so.2"],
  ["linux-arm64", MACHINES.arm64, "/lib/ld-linux-aarch64.so.1"],
  ["linux-x64-musl", MACHINES.x64, "/lib/ld-musl-x86_64.so.1"],
  ["linux-arm64-musl", MACHINES.arm64, "/lib/ld-musl-aarch64.so.1"],
];

/** Debian's C library for arm64, which qemu finds there. */
const ARM64_LIBRARIES = "/usr/aarch64-linux-gnu";

for (const [product, machine, loader] of EXPECTED) {
  test.skipIf(built.lacks(product))(`${product} is for that`, async () => {
    const begin = await Bun.file(built.file(product)).slice(0, 4096).bytes();
    expect(Buffer.from(begin).readUInt16LE(18)).toBe(machine);
    expect(Buffer.from(begin).toString("latin1")).toContain(`\0${loader}\0`);
  });
}

test.skipIf(built.lacks("linux-x64") || !isX64)("linux-x64 serves a client", async () => {
  using empty = new TestDirectory();
  const program = [built.file("linux-x64")];
  await using server = await startServer(["cat"], { program, directory: empty.path });
  await echoes(server);
});

const noArm64 =
  built.lacks("linux-arm64") ||
  missing("qemu-aarch64-static", Bun.which("qemu-aarch64-static") !== null) ||
  missing("a C library for arm64", Bun.file(`${ARM64_LIBRARIES}/lib/libc.so.6`).size > 0);
test.skipIf(noArm64)("linux-arm64 serves a client, under qemu", async () => {
  using empty = new TestDirectory();
  const program = ["qemu-aarch64-static", "-L", ARM64_LIBRARIES, built.file("linux-arm64")];
  await using server = await startServer(["cat"], { program, directory: empty.path });
  await echoes(server);
});

test.skipIf(built.lacks("linux-x64-musl") || !isX64 || noMusl())(
  "linux-x64-musl serves clients on musl: pipes, a terminal and workers",
  async () => {
    using directory = new TestDirectory();
    const path = built.file("linux-x64-musl");
    await makeLibrary(path, directory);
    const options = {
      program: [path],
      directory: directory.path,
      environment: { LD_LIBRARY_PATH: directory.path },
    };
    await using server = await startServer(["cat"], options);
    await echoes(server);
    await using workers = await startWorkers(2, ["cat"], options);
    await echoes(workers);
    await using terminal = await startServer(["--pty=pipe", "sh", "-c", "tty; cat"], options);
    using client = await RawClient.open(terminal);
    expect(await client.line()).toStartWith("/dev/pts/");
  },
);

// `bun run build` where something is wrong: it says what, and what would help, and spoils nothing.

import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { sourceTime } from "../../scripts/build/manifest.ts";
import { missing } from "../support/missing-peer.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { BUILD, ROOT } from "./built.ts";
import { command, type CommandOptions, PACKAGES_DEADLINE_MS, succeed } from "./commands.ts";

setDefaultTimeout(PACKAGES_DEADLINE_MS);

const noNpm = missing("npm", Bun.which("npm") !== null);

/** Where nobody answers. */
const NO_REGISTRY = { npm_config_registry: "http://127.0.0.1:1/", npm_config_fetch_retries: "0" };

async function build(words: readonly string[], options: CommandOptions = {}) {
  return await command([...BUILD, ...words], { directory: ROOT, ...options });
}

test("what is unknown is told with what is known", async () => {
  const product = await build(["linux-arm"]);
  expect(product.status).toBe(1);
  expect(product.said).toContain('build: there is no "linux-arm" to build, but here, linux-x64');
  const option = await build(["--quick"]);
  expect(option.status).toBe(1);
  expect(option.said).toContain("--quick");
  expect(option.said).toContain("--help");
  const address = await build(["--release-url=releases", "homebrew"]);
  expect(address.status).toBe(1);
  expect(address.said).toContain('--release-url is an address, and not "releases"');
});

test("--help names each thing that can be built", async () => {
  const { status, said } = await build(["--help"]);
  expect(status).toBe(0);
  for (const name of ["here", "linux-arm64-musl", "deb-amd64", "npm", "homebrew", "all"]) {
    expect(said).toMatch(new RegExp(`^  ${name} `, "m"));
  }
});

test("a place that cannot be written to", async () => {
  using directory = new TestDirectory();
  const out = join(directory.write("file", ""), "dist");
  const { status, said } = await build(["here", `--out=${out}`]);
  expect(status).toBe(1);
  expect(said).toStartWith(`build: cannot write to ${out}: `);
  expect(said).toContain("--out=DIR");
});

test.skipIf(noNpm)("a Bun that cannot be had ends it, and what was there stays", async () => {
  using directory = new TestDirectory();
  const out = directory.file("dist");
  mkdirSync(out);
  directory.write("dist/SHA256SUMS", "as it was");
  const environment = { ...NO_REGISTRY, npm_config_cache: directory.file("cache") };
  const { status, said } = await build(["here", "linux-arm64", `--out=${out}`], { environment });
  expect(status).toBe(1);
  expect(said).toContain("build: cannot make linux-arm64: its Bun cannot be had from the npm");
  expect(said).toContain("--skip-missing");
  expect(readdirSync(out)).toEqual(["SHA256SUMS"]);
  expect(directory.read("dist/SHA256SUMS")).toBe("as it was");
});

test.skipIf(noNpm)("it is left out when that is said, with what is made of it", async () => {
  using directory = new TestDirectory();
  const environment = { ...NO_REGISTRY, npm_config_cache: directory.file("cache") };
  const out = directory.file("dist");
  const words = ["here", "deb-arm64", "linux-arm64", "--skip-missing", `--out=${out}`];
  const { status, said } = await build(words, { environment });
  expect(status).toBe(0);
  expect(said).toContain("left out: linux-arm64: its Bun cannot be had");
  expect(said).toContain("left out: deb-arm64: it is made of linux-arm64");
  expect(readdirSync(out).toSorted()).toEqual(["SHA256SUMS", "websockd"]);
  await succeed(["sha256sum", "--check", "--strict", "SHA256SUMS"], { directory: out });
  const nothing = await build(["linux-arm64", "--skip-missing", `--out=${out}`], { environment });
  expect(nothing.status).toBe(1);
  expect(nothing.said).toContain("nothing that was asked for can be made here");
});

test.skipIf(noNpm)("a Bun that is not the one of bun.lock is refused", async () => {
  using directory = new TestDirectory();
  mkdirSync(directory.file("package/bin"), { recursive: true });
  directory.write("package/bin/bun", "#!/bin/sh\necho evil\n", 0o755);
  const manifest = { name: "@oven/bun-linux-aarch64", version: "1.4.5" };
  directory.write("package/package.json", JSON.stringify(manifest));
  await succeed(["tar", "-czf", "bun.tgz", "package"], { directory: directory.path });
  const archive = await Bun.file(directory.file("bun.tgz")).bytes();
  const digest = new Bun.CryptoHasher("sha512").update(archive).digest("base64");
  await using registry = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ url }) => {
      if (url.endsWith("bun.tgz")) return new Response(archive);
      const dist = { tarball: new URL("bun.tgz", url).href, integrity: `sha512-${digest}` };
      const versions = { "1.4.5": { ...manifest, dist } };
      return Response.json({ name: manifest.name, "dist-tags": { latest: "1.4.5" }, versions });
    },
  });
  const environment = {
    npm_config_registry: registry.url.href,
    npm_config_cache: directory.file("cache"),
  };
  const words = ["linux-arm64", "--skip-missing", `--out=${directory.file("dist")}`];
  const { status, said } = await build(words, { environment });
  expect(status).toBe(1);
  expect(said).toContain("@oven/bun-linux-aarch64@1.4.5 is not what bun.lock has: sha512-");
  expect(readdirSync(directory.file("dist"))).toEqual([]);
});

test("packages are dated as SOURCE_DATE_EPOCH says, and with nothing that is no time", () => {
  const before = process.env["SOURCE_DATE_EPOCH"];
  try {
    process.env["SOURCE_DATE_EPOCH"] = "1700000000";
    expect(sourceTime()).toBe(1_700_000_000);
    process.env["SOURCE_DATE_EPOCH"] = "yesterday";
    expect(sourceTime).toThrow('seconds since 1970, and not "yesterday"');
  } finally {
    delete process.env["SOURCE_DATE_EPOCH"];
    if (before !== undefined) process.env["SOURCE_DATE_EPOCH"] = before;
  }
});

test("a program that is not there is named with what installs it", async () => {
  using directory = new TestDirectory();
  const words = ["npm", `--out=${directory.file("dist")}`];
  const { status, said } = await build(words, { environment: { PATH: directory.path } });
  expect(status).toBe(1);
  expect(said).toContain("cannot make npm: there is no npm (apt install npm)");
});

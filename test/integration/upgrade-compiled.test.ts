// SIGUSR2 with the single binary, which somebody has replaced on the disk.

import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { Generations } from "../support/generations.ts";
import { loadDuring } from "../support/load-during.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";
import { workerPids } from "../support/server-workers.ts";

setDefaultTimeout(2 * TEST_TIMEOUT_MS);

const ROOT = join(import.meta.dir, "../..");

let built: TestDirectory;
let binary: string;
beforeAll(() => {
  built = new TestDirectory();
  binary = built.file("built");
  const words = [
    "build",
    "--compile",
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
  ];
  const options = { cwd: ROOT };
  const child = Bun.spawnSync(
    [process.execPath, ...words, "src/main.ts", `--outfile=${binary}`],
    options,
  );
  if (child.exitCode !== 0) throw new Error(child.stderr.toString());
});
afterAll(() => {
  built[Symbol.dispose]();
});

/** By a rename, as packages are installed. */
function install(path: string): void {
  copyFileSync(binary, `${path}.new`);
  renameSync(`${path}.new`, path);
}

function programOf(pid: number): string {
  return readlinkSync(`/proc/${pid}/exe`);
}

test("the one that is on the disk now serves, under the name by which the first was called", async () => {
  using directory = new TestDirectory();
  const path = directory.file("websockd");
  install(path);
  await using all = await Generations.start(["cat"], { program: [path] });
  expect(programOf(all.pid)).toBe(path);
  const load = await loadDuring([all.server.url], async () => {
    for (let i = 0; i < 2; i++) {
      install(path);
      expect(programOf(all.pid)).toBe(`${path} (deleted)`);
      await all.upgrade();
      expect(programOf(all.pid)).toBe(path);
    }
  });
  expect(load.problem).toBe(null);
});

test("a link, found in PATH, leads where it leads now, and until then a worker is replaced by its like", async () => {
  using directory = new TestDirectory();
  for (const version of ["1", "2", "bin"]) mkdirSync(directory.file(version));
  for (const version of ["1", "2"]) install(directory.file(`${version}/websockd`));
  const link = directory.file("bin/websockd");
  symlinkSync("../1/websockd", link);
  const path = `${directory.file("bin")}:${process.env["PATH"]}`;
  const program = ["/usr/bin/env", "websockd"];
  const options = { program, environment: { PATH: path }, directory: directory.path };
  await using all = await Generations.start(["--workers=2", "cat"], options);
  const { server } = all;
  const [first] = all.pids;
  const old = directory.file("1/websockd");
  unlinkSync(link);
  symlinkSync("../2/websockd", link);
  install(old);
  const workers = workerPids(server);
  process.kill(workers[0]!, "SIGKILL");
  await eventually("the next worker", () => workerPids(server)[0] !== workers[0]);
  expect(programOf(workerPids(server)[0]!)).toBe(`${old} (deleted)`);
  await all.upgrade();
  expect(programOf(all.pid)).toBe(directory.file("2/websockd"));
  expect(readFileSync(`/proc/${all.pid}/cmdline`, "utf8")).toStartWith("websockd\0");
  await all.gone(first!);
});

test("one that cannot be run leaves the old one serving", async () => {
  using directory = new TestDirectory();
  const path = directory.file("websockd");
  install(path);
  await using all = await Generations.start(["cat"], { program: [path] });
  renameSync(path, `${path}.old`);
  expect(await all.fail()).toContain("ENOENT");
  directory.write("websockd", "not a program");
  expect(await all.fail()).toContain("EACCES");
  chmodSync(path, 0o755);
  expect(await all.fail()).toContain("ENOEXEC");
  using client = await RawClient.open(all.server);
  client.text("still here");
  expect(await client.line()).toBe("still here");
});

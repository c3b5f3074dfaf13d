// The npm package: installed into an empty folder, its command serves a client, and is nothing but the server.

import { mkdirSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { missing } from "../support/missing-peer.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { isListening } from "../support/server-processes.ts";
import { parentsOf, startWorkers } from "../support/server-workers.ts";
import { PROGRAM, runProgram, startServer } from "../support/server.ts";
import { freePort, StartedProcess } from "../support/started-process.ts";
import { ROOT } from "./built.ts";
import { succeed } from "./commands.ts";
import { echoes } from "./echoes.ts";
import { built } from "./release.ts";

/** In src, and not for those who run it. */
const LEFT_OUT = /^(?:README\.md|handlers\/terminal-page\/|kernel\/assembly\/)/;
/** Where Node is, and no Bun. */
const PATH = `${dirname(realpathSync(Bun.which("node") ?? "/usr/bin/node"))}:/usr/bin:/bin`;

/** Each file below a folder, sorted. */
function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => relative(folder, join(entry.parentPath, entry.name))).toSorted();
}

const noPackage = built.lacks("npm");
const noSystemd = missing("systemd-socket-activate", Bun.which("systemd-socket-activate") !== null);

describe.skipIf(noPackage)("the npm package, installed", () => {
  let folder: TestDirectory;
  let program: string;
  let options: { readonly directory: string; readonly environment: Record<string, string> };
  beforeAll(async () => {
    folder = new TestDirectory();
    folder.write("package.json", "{}");
    const flags = ["--no-audit", "--no-fund", "--prefer-offline"];
    await succeed(["npm", "install", ...flags, built.file("npm")], { directory: folder.path });
    program = folder.file("node_modules/.bin/websockd");
    // What a folder may hold that Bun would obey.
    folder.write(".env", "SECRET=1\n");
    folder.write("bunfig.toml", 'preload = ["./evil.ts"]\n');
    folder.write("tsconfig.json", '{ "compilerOptions": { "paths": { "*": ["./evil.ts"] } } }\n');
    folder.write("evil.ts", 'console.log("evil"); process.exit(1);\n');
    options = { directory: folder.path, environment: { PATH } };
  });
  afterAll(() => {
    folder?.[Symbol.dispose]();
  });

  test("it has what is needed, and no more", () => {
    const files = filesOf(folder.file("node_modules/websockd"));
    const source = filesOf(join(ROOT, "src")).filter((path) => !LEFT_OUT.test(path));
    expect(files).toEqual(
      [
        "LICENSE",
        "README.md",
        "deploy/npm/websockd",
        "docs/completions/_websockd",
        "docs/completions/websockd.bash",
        "docs/completions/websockd.fish",
        "docs/websockd.1",
        "package.json",
        ...source.map((path) => `src/${path}`),
      ].toSorted(),
    );
  });

  test("nothing that it imports is left out", async () => {
    const main = folder.file("node_modules/websockd/src/main.ts");
    const words = ["build", "--target=bun", "--splitting", main];
    await succeed([process.execPath, ...words, `--outdir=${folder.file("bundle")}`]);
  });

  test("npx websockd serves a client", async () => {
    const npx = ["npx", "--no-install", "websockd"];
    const server = await startServer(["cat"], { ...options, program: npx });
    try {
      await echoes(server);
    } finally {
      // npx stays in front of it.
      const pid = eventually("a session", () => parentsOf(server)[0]);
      process.kill(await pid, "SIGTERM");
    }
    await server.exited();
  });

  test("the process of the command is the server itself", async () => {
    await using server = await startServer(["cat"], { ...options, program: [program] });
    expect(readlinkSync(`/proc/${server.pid}/exe`)).toMatch(/\/node_modules\/.*bun/);
    await echoes(server);
    await server.stop();
  });

  test.skipIf(noSystemd)("it takes the socket that systemd opened for its process id", async () => {
    const port = freePort();
    const words = ["systemd-socket-activate", "-l", `127.0.0.1:${port}`, program, "cat"];
    await using activated = new StartedProcess(words);
    await eventually("that somebody listens", () => isListening(port));
    await echoes({ port });
    expect(await activated.end()).toBe(0);
  });

  test("its workers obey no file of the folder, either", async () => {
    const words = ["sh", "-c", 'echo "secret: $SECRET"; cat'];
    await using server = await startWorkers(2, ["--passenv=+SECRET", ...words], {
      ...options,
      program: [program],
    });
    await server.stop();
    expect(await server.stdout()).not.toContain("evil");
  });

  test("words, statuses and what it says are the program's", async () => {
    const calls = [
      ["--check", "--port=0", "--header=X: a  b", "cat", "", "a b", "$HOME"],
      ["--version"],
      ["--prot=1", "cat"],
      ["--port=0", "no-such-program"],
    ];
    for (const words of calls) {
      const expected = await runProgram(words, { environment: { PATH }, program: PROGRAM });
      const found = await runProgram(words, { environment: { PATH }, program: [program] });
      expect(found).toEqual(expected);
    }
  });

  test("without its Bun it says what is wrong", async () => {
    using alone = new TestDirectory();
    mkdirSync(alone.file("deploy"));
    const words = ["cp", "-r", join(ROOT, "deploy/npm"), alone.file("deploy/npm")];
    await succeed(words);
    const said = await runProgram(["cat"], { program: [alone.file("deploy/npm/websockd")] });
    expect(said.status).toBe(127);
    expect(said.stderr).toContain("--omit=optional");
  });
});

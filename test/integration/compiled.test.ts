// The single binary: compiled as `bun run build` does it, run from an empty directory.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { compileProgram } from "../../scripts/build/compile.ts";
import { admission, gateOption, refusal } from "../support/gates.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";
import { parentsOf, startWorkers, workerPids } from "../support/server-workers.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

let built: TestDirectory;
let program: readonly string[];
beforeAll(() => {
  built = new TestDirectory();
  program = [built.file("websockd")];
  compileProgram(program[0]!);
});
afterAll(() => {
  built[Symbol.dispose]();
});

test("it echoes", async () => {
  using empty = new TestDirectory();
  await using server = await startServer(["cat"], { program, directory: empty.path });
  using client = await RawClient.open(server);
  client.text("from the binary");
  expect(await client.line()).toBe("from the binary");
  client.close(1000);
  expect((await client.settle()).code).toBe(1000);
});

test("several workers are of the binary, too, and are replaced", async () => {
  using empty = new TestDirectory();
  await using server = await startWorkers(2, ["cat"], { program, directory: empty.path });
  const [pid] = workerPids(server);
  process.kill(pid!, "SIGKILL");
  await eventually("another", () => workerPids(server)[0] !== pid);
  const clients = await Promise.all(Array.from({ length: 40 }, () => RawClient.open(server)));
  for (const client of clients) client.text("hello");
  for (const client of clients) expect(await client.line()).toBe("hello");
  await eventually("all of them in the log", () => server.services.length === 40);
  expect(new Set(parentsOf(server))).toEqual(new Set(workerPids(server)));
  for (const client of clients) client[Symbol.dispose]();
});

test("it has terminals", async () => {
  using empty = new TestDirectory();
  const script = "tty; stty size; : >/dev/tty && exit 7";
  const words = ["--pty=99x33", "sh", "-c", script];
  await using server = await startServer(words, { program, directory: empty.path });
  using client = await RawClient.open(server);
  const { messages, code } = await client.settle();
  expect(Buffer.concat(messages).toString()).toMatch(/^\/dev\/pts\/\d+\r\n33 99\r\n$/);
  expect(code).toBe(4007);
});

test("it reads a configuration file, and its workers have it", async () => {
  using directory = new TestDirectory();
  const path = directory.write("a.toml", 'command = ["echo", "from the file"]\n');
  const options = { program, directory: directory.path };
  await using server = await startWorkers(2, [`--config=${path}`], options);
  using client = await RawClient.open(server);
  expect(await client.line()).toBe("from the file");
});

test("it asks a gate", async () => {
  using directory = new TestDirectory();
  const gate = gateOption(directory, '[ "$QUERY_STRING" = in ] && echo User: gina');
  const options = { program, directory: directory.path };
  await using server = await startServer([gate, "sh", "-c", "echo $REMOTE_USER"], options);
  expect((await refusal(server)).status).toBe(403);
  expect((await admission(server, { target: "/?in" })).lines).toEqual(["gina"]);
});

test("--version and the statuses are the same", async () => {
  using empty = new TestDirectory();
  const options = { program, directory: empty.path };
  expect(await runProgram(["--version"], options)).toEqual(await runProgram(["--version"]));
  expect(await runProgram(["--prot=1", "cat"], options)).toEqual(
    await runProgram(["--prot=1", "cat"]),
  );
});

test("it obeys no .env and no bunfig.toml of the directory in which it runs", async () => {
  using directory = new TestDirectory();
  directory.write(".env", "PATH=/nowhere\nSECRET=1\n");
  directory.write("bunfig.toml", 'preload = ["./evil.ts"]\n');
  directory.write("evil.ts", 'console.log("evil"); process.exit(1);\n');
  await using server = await startServer(["env"], { program, directory: directory.path });
  using client = await RawClient.open(server);
  const { messages } = await client.settle();
  const lines = messages.map((bytes) => Buffer.from(bytes).toString());
  expect(lines).toContain(`PATH=${process.env["PATH"]}`);
  expect(lines.filter((line) => line.startsWith("SECRET="))).toEqual([]);
});

// The real program with a configuration file and variables: what counts, what is refused, and who never sees any of it.

import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { PROGRAM, runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";
import { startWorkers, workerPids } from "../support/server-workers.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** A default file below `directory`, and the environment that leads to it. */
function defaultFile(directory: TestDirectory, text: string): Record<string, string> {
  mkdirSync(directory.file("websockd"));
  directory.write("websockd/config.toml", text);
  return { XDG_CONFIG_HOME: directory.path };
}

async function linesOf(server: { readonly port: number }): Promise<string[]> {
  using client = await RawClient.open(server);
  const { messages } = await client.settle();
  return messages.map((bytes) => Buffer.from(bytes).toString());
}

test("--config: options and the program come from the file", async () => {
  using directory = new TestDirectory();
  const path = directory.write(
    "a.toml",
    'command = ["sh", "-c", "echo $A; echo $1", "sh", "a b"]\nenv = ["A=1"]\nclose-codes = "plain"\n',
  );
  await using server = await startServer([`--config=${path}`]);
  expect(await linesOf(server)).toEqual(["1", "a b"]);
});

test("flags go before variables, and these before the file; programs see no variable of ours", async () => {
  using directory = new TestDirectory();
  const path = directory.write("a.toml", 'env = ["WHO=file"]\nmaxforks = 3\nlinger = "1s"\n');
  const environment = {
    WEBSOCKD_CONFIG: path,
    WEBSOCKD_ENV: "WHO=variable\nTWO=2",
    WEBSOCKD_PASSENV: "+WEB*,*",
    WEBSOCKD_MAXFORKS: "2",
  };
  await using server = await startServer(["env"], { environment });
  const lines = await linesOf(server);
  expect(lines).toContain("WHO=variable");
  expect(lines).toContain("TWO=2");
  expect(lines.filter((line) => line.startsWith("WEBSOCKD_"))).toEqual([]);
  const words = ["--check", "--port=0", "--address=127.0.0.1", "--maxforks=1", "cat"];
  const { status, stdout } = await runProgram(words, { environment });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^--maxforks +1 +\(command line\)$/m);
  expect(stdout).toMatch(/^--env +WHO=variable, TWO=2 +\(environment WEBSOCKD_ENV\)$/m);
  expect(stdout).toContain(`(${path}:3)\n`);
  expect(stdout).toMatch(/^--queue +256K +\(default\)$/m);
  expect(stdout).toMatch(/^COMMAND +cat +\(command line\)$/m);
});

describe("the default file", () => {
  const words = ["--check", "--port=0", "--address=127.0.0.1"];

  test("counts where none is named, and --check says so", async () => {
    using directory = new TestDirectory();
    const environment = defaultFile(directory, "command = ['cat']\nmaxforks = 7");
    const { status, stdout } = await runProgram(words, { environment });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^--maxforks +7 +\(\/.*\/websockd\/config\.toml:2\)$/m);
    expect(stdout).toMatch(/^--config +\/.*\/config\.toml +\(found by itself\)$/m);
  });

  test("does not count with --config=, with another, and in websocketd's place", async () => {
    using directory = new TestDirectory();
    const environment = { ...defaultFile(directory, "nonsense"), WEBSOCKD_NONSENSE: "1" };
    const { WEBSOCKD_NONSENSE: _, ...alone } = environment;
    const other = directory.write("other.toml", "maxforks = 5");
    const isTaken = async (more: readonly string[], given: Record<string, string>) => {
      const { status, stdout } = await runProgram([...words, ...more, "cat"], {
        environment: given,
      });
      expect(status).toBe(0);
      return /^--maxforks +(\d+)/m.exec(stdout)![1];
    };
    expect(await isTaken(["--config="], alone)).toBe("1024");
    expect(await isTaken([`--config=${other}`], alone)).toBe("5");
    expect(await isTaken(["--as-websocketd"], environment)).toBe("1024");
    expect(await isTaken(["--as-websocketd", `--config=${other}`], environment)).toBe("5");
    const named = await runProgram([...words, "cat"], {
      environment,
      program: ["bash", "-c", 'exec -a websocketd "$0" "$@"', ...PROGRAM],
    });
    expect([named.status, named.stderr]).toEqual([0, ""]);
    const inetd = await runProgram(["--inetd", "cat"], { environment });
    expect(inetd.stderr).toContain("standard input is no socket");
    const help = await runProgram(["--version"], { environment });
    expect([help.status, help.stderr]).toEqual([0, ""]);
  });

  test("is not passed over when it is bad", async () => {
    using directory = new TestDirectory();
    const environment = defaultFile(directory, "prot = 1");
    const bad = await runProgram(["cat"], { environment });
    expect(bad.status).toBe(78);
    expect(bad.stderr).toContain("config.toml:1:1: prot is no option (did you mean port?)");
    chmodSync(directory.file("websockd/config.toml"), 0o666);
    const open = await runProgram(["cat"], { environment });
    expect([open.status, open.stderr]).toEqual([78, expect.stringContaining("chmod go-w")]);
  });
});

describe("what is refused, before anything listens", () => {
  test.each<[text: string, status: number, ...texts: string[]]>([
    ["maxfork = 1", 78, ":1:1: maxfork is no option (did you mean maxforks?)"],
    ["port = ", 78, ":1:1: port =: Missing value"],
    ["[[route]]", 78, ":1:1: [[route]]: path is missing"],
    ["\n origin = '/'", 2, '"/" is no origin', "[--origin: /", ".toml:2]"],
    ["sslcert = 'a'", 2, "--sslcert and --sslkey need --ssl [--sslcert: /"],
  ])("%j", async (text, status, ...texts) => {
    using directory = new TestDirectory();
    const path = directory.write("a.toml", text);
    const finished = await runProgram(["--port=0", `--config=${path}`, "cat"]);
    expect(finished.stderr).not.toContain("listens on");
    for (const part of texts) expect(finished.stderr).toContain(part);
    expect(finished.status).toBe(status);
  });

  test("a file that is not there: 78; in websocketd's place 1", async () => {
    const words = ["--config=/none.toml", "cat"];
    const { status, stderr } = await runProgram(words);
    expect([status, stderr]).toEqual([78, expect.stringContaining("--config=/none.toml: cannot")]);
    expect((await runProgram(["--as-websocketd", ...words])).status).toBe(1);
  });

  test("a variable that is no option: 2", async () => {
    const environment = { WEBSOCKD_PROT: "1" };
    const { status, stderr } = await runProgram(["cat"], { environment });
    expect([status, stderr]).toEqual([2, expect.stringContaining("did you mean WEBSOCKD_PORT?")]);
  });
});

describe("our own processes take what was read, whatever the file is by then", () => {
  test("a worker that is replaced is as the others", async () => {
    using directory = new TestDirectory();
    const path = directory.write(
      "a.toml",
      'command = ["sh", "-c", "echo $A; env"]\nenv = ["A=old"]',
    );
    await using server = await startWorkers(2, [`--config=${path}`]);
    writeFileSync(path, "nonsense");
    const before = workerPids(server);
    for (const pid of before) process.kill(pid, "SIGKILL");
    await eventually("others", () => workerPids(server).every((pid) => !before.includes(pid)));
    const lines = await linesOf(server);
    expect(lines[0]).toBe("old");
    expect(lines.filter((line) => line.startsWith("WEBSOCKD_"))).toEqual([]);
  });

  test("a daemon, and --daemon may be a variable", async () => {
    using directory = new TestDirectory();
    const file = directory.write(
      "a.toml",
      `command = ["cat"]\npidfile = "${directory.file("pid")}"\nlog-file = "${directory.file("log")}"\n`,
    );
    const environment = { WEBSOCKD_DAEMON: "true", WEBSOCKD_CONFIG: file };
    const words = ["--port=0", "--address=127.0.0.1", "--exit-idle=100ms"];
    const { status, stderr } = await runProgram(words, { environment });
    expect([status, stderr]).toEqual([0, ""]);
    await eventually(
      "its end",
      () => /listens on/.test(directory.read("log")) && directory.read("pid") === "",
    );
  });
});

test("a symbolic link is followed to a file that only we may write", async () => {
  using directory = new TestDirectory();
  symlinkSync(directory.write("a.toml", "command = ['echo', 'hello']"), directory.file("link"));
  await using server = await startServer([`--config=${directory.file("link")}`]);
  expect(await linesOf(server)).toEqual(["hello"]);
});

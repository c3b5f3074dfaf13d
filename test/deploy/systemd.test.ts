// deploy/systemd: systemd's own analysers judge the units, and the program is run by their words and under their filters.

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { adminUrl } from "../support/admin.ts";
import { Generations } from "../support/generations.ts";
import { missing } from "../support/missing-peer.ts";
import { NotifyReceiver } from "../support/notify-receiver.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { isListening } from "../support/server-processes.ts";
import { PROGRAM, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";
import { freePort, StartedProcess } from "../support/started-process.ts";
import { allowedCalls, systemCallSets } from "./system-calls.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const ROOT = join(import.meta.dir, "../..");
const UNITS = ["websockd.service", "websockd@.service", "websockd.socket"] as const;
const SERVICES = ["websockd.service", "websockd@one.service"] as const;
/** linux/socket.h. */
const FAMILIES: Readonly<Record<string, number>> = { AF_UNIX: 1, AF_INET: 2, AF_INET6: 10 };

const noSystemd = missing("systemd-analyze", Bun.which("systemd-analyze") !== null);
const noPython = missing("python3", Bun.which("python3") !== null);

function read(name: string): string {
  return readFileSync(join(ROOT, "deploy/systemd", name), "utf8");
}

/** The values of a key, in order. */
function settings(unit: string, key: string): string[] {
  const lines = unit.split("\n").filter((line) => line.startsWith(`${key}=`));
  return lines.map((line) => line.slice(key.length + 1));
}

/** The units, with a program in the place of websockd's, which need not be installed. */
function installed(): TestDirectory {
  const directory = new TestDirectory();
  const program = directory.write("websockd", "#!/bin/sh\n", 0o755);
  for (const name of UNITS) {
    directory.write(
      name,
      read(name).replace("ExecStart=/usr/bin/websockd ", `ExecStart=${program} `),
    );
  }
  return directory;
}

async function analyze(directory: TestDirectory, ...words: string[]) {
  const child = Bun.spawn(["systemd-analyze", "--no-pager", ...words], {
    cwd: directory.path,
    env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8" },
    stderr: "pipe",
  });
  const output = [new Response(child.stdout).text(), new Response(child.stderr).text()];
  const [stdout, stderr] = await Promise.all(output);
  return { status: await child.exited, stdout: stdout!, stderr: stderr! };
}

test.skipIf(noSystemd)("systemd-analyze verify has nothing to say", async () => {
  using directory = installed();
  const paths = [...UNITS, "websockd@one.service"].map((name) => `./${name}`);
  const result = await analyze(directory, "verify", "--man=no", ...paths);
  expect(result).toEqual({ status: 0, stdout: "", stderr: "" });
});

test.skipIf(noSystemd)("it says what is wrong with a unit", async () => {
  using directory = installed();
  directory.write("websockd.socket", read("websockd.socket").replace("Accept=no", "Accept=maybe"));
  const { stderr } = await analyze(directory, "verify", "--man=no", "./websockd.socket");
  expect(stderr).toContain("maybe");
});

test.skipIf(noSystemd).each([...SERVICES])(
  "%s is no more exposed than docs/systemd.md says",
  async (name) => {
    using directory = installed();
    const { stdout } = await analyze(directory, "security", "--offline=true", `./${name}`);
    const page = readFileSync(join(ROOT, "docs/systemd.md"), "utf8");
    const said = /exposure level of ([\d.]+)/.exec(page)![1];
    const found = /exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1];
    expect(found, stdout).toBeDefined();
    expect(Number(found)).toBeLessThanOrEqual(Number(said));
  },
);

test("the template is the service, but for its names", () => {
  const [plain, template] = [read("websockd.service"), read("websockd@.service")];
  const names = [
    ["/etc/websockd/websockd.env", "/etc/websockd/%i.env"],
    ["Directory=websockd", "Directory=websockd-%i"],
    ["websockd, a program as", "websockd, %i as"],
  ] as const;
  const expected = names.reduce((text, [old, now]) => text.replace(old, now), plain);
  const body = (text: string) => text.slice(text.indexOf("[Unit]"));
  expect(body(template)).toBe(body(expected));
});

test.skipIf(noSystemd)("each drop-in of docs/systemd.md is one", async () => {
  const page = readFileSync(join(ROOT, "docs/systemd.md"), "utf8");
  const blocks = [...page.matchAll(/^```\n(\[(Service|Socket)\]\n.*?)^```$/gms)];
  expect(blocks.length).toBe(5);
  const verify = async (kind: string, text: string) => {
    using directory = installed();
    const unit = `websockd.${kind.toLowerCase()}`;
    mkdirSync(directory.file(`${unit}.d`));
    directory.write(`${unit}.d/override.conf`, text);
    return await analyze(directory, "verify", "--man=no", `./${unit}`);
  };
  for (const [, text, kind] of blocks) {
    expect(await verify(kind!, text!), text).toEqual({ status: 0, stdout: "", stderr: "" });
  }
  expect((await verify("Service", "[Service]\nStateDirectories=a\n")).stderr).toContain("Unknown");
});

/** What runs a program as the unit's filters would. */
async function confined(unit: string): Promise<string[]> {
  const calls = allowedCalls(unit, await systemCallSets());
  expect(calls).toContain("execve");
  expect(calls).not.toContain("setuid");
  const families = settings(unit, "RestrictAddressFamilies")[0]!.split(" ");
  const numbers = families.map((name) => FAMILIES[name]!);
  return ["python3", join(import.meta.dir, "confined.py"), calls.join(","), numbers.join(",")];
}

/** ExecStart of the service without its program, with the values of websockd.env. */
function startWords(unit: string): string[] {
  const [program, ...words] = settings(unit, "ExecStart")[0]!.split(" ");
  expect(program).toBe("/usr/bin/websockd");
  return words.flatMap((word) => settings(read("websockd.env"), word.slice(1))[0]!.split(" "));
}

async function echoes(server: { readonly port: number }): Promise<void> {
  using client = await RawClient.open(server);
  client.text("hello");
  expect(await client.line()).toBe("hello");
  client.close(1000);
  expect((await client.farewell()).code).toBe(1000);
}

describe.skipIf(noSystemd || noPython)("by the words of the service and under its filters", () => {
  const unit = read("websockd.service");

  test("it starts, serves, lives, reloads and stops", async () => {
    const words = startWords(unit);
    expect(words).toEqual(["--port=8080", "/usr/bin/cat"]);
    using directory = new TestDirectory();
    await using receiver = await NotifyReceiver.at(directory, directory.file("notify"));
    // The port of the example may be another's.
    await using server = await startServer(["--port=0", ...words.slice(1)], {
      program: [...(await confined(unit)), ...PROGRAM],
      environment: { NOTIFY_SOCKET: receiver.path, WATCHDOG_USEC: "100000" },
    });
    await receiver.heard("READY=1");
    await receiver.heard("'WATCHDOG=1'");
    await echoes(server);
    expect(readFileSync(`/proc/${server.pid}/status`, "utf8")).toContain("Seccomp:\t2");
    server.signal("SIGHUP");
    await receiver.heard("RELOADING=1");
    await server.stop();
    await receiver.heard("STOPPING=1");
  });

  test("it has workers, spares and terminals there", async () => {
    const program = [...(await confined(unit)), ...PROGRAM];
    await using workers = await startServer(["--workers=2", "--prefork=2", "cat"], { program });
    await echoes(workers);
    await using terminal = await startServer(["--pty=pipe", "cat"], { program });
    await echoes(terminal);
  });

  test("another takes over from it, with the operator's port", async () => {
    const program = [...(await confined(unit)), ...PROGRAM];
    for (const words of [["cat"], ["--workers=2", "cat"]]) {
      await using all = await Generations.start(["--admin=127.0.0.1:0", ...words], { program });
      await all.upgrade();
      await echoes(all.server);
      expect((await fetch(`${await adminUrl(all.server)}readyz`)).status).toBe(200);
    }
  });

  test("it takes the socket that systemd opened", async () => {
    const port = freePort();
    const words = [...(await confined(unit)), ...PROGRAM, ...startWords(unit).slice(1)];
    const systemd = ["systemd-socket-activate", "-l", `127.0.0.1:${port}`];
    await using activated = new StartedProcess([...systemd, ...words]);
    await eventually("that somebody listens", () => isListening(port));
    await echoes({ port });
    expect(await activated.end()).toBe(0);
  });
});

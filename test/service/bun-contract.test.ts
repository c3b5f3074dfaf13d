// What the program leans on in Bun 1.4.5, a fact a test: an upgrade that breaks one stops here.

import { describe, expect, test } from "bun:test";
import {
  closeDescriptor,
  EPOLLIN,
  makePipe,
  makeSocketPair,
  type Pipe,
} from "../../src/descriptors/posix.ts";
import { Readiness } from "../../src/descriptors/readiness.ts";

function pipe(): Pipe {
  const made = makePipe();
  if (made === null) throw new Error("no descriptor left");
  return made;
}

/** Starts a shell with real pipes, and closes the child's ends here. */
function spawnOnPipes(script: string, options: { argv0?: string; detached?: boolean } = {}) {
  const [stdin, stdout] = [pipe(), pipe()];
  const child = Bun.spawn({
    cmd: ["/bin/sh", "-c", script],
    stdio: [stdin.readEnd, stdout.writeEnd, "ignore"],
    ...options,
  });
  closeDescriptor(stdin.readEnd);
  closeDescriptor(stdout.writeEnd);
  return { child, stdin: stdin.writeEnd, stdout: stdout.readEnd };
}

/** Reads to the end of file. `Bun.file(fd)` closes no descriptor that it is given by number. */
async function readAll(fd: number): Promise<string> {
  const text = await Bun.file(fd).text();
  closeDescriptor(fd);
  return text;
}

describe("Bun.spawn", () => {
  test("takes real pipes as numbers: a program can open /dev/stdin and /dev/stdout", async () => {
    const { child, stdin, stdout } = spawnOnPipes("cat /dev/stdin > /dev/stdout");
    await Bun.write(Bun.file(stdin), "through\n");
    closeDescriptor(stdin);
    expect(await readAll(stdout)).toBe("through\n");
    expect(await child.exited).toBe(0);
  });

  test("leaves our ends of the pipes to us: the program sees the end of file when we close", async () => {
    const { child, stdin, stdout } = spawnOnPipes("cat; echo end");
    closeDescriptor(stdin);
    expect(await readAll(stdout)).toBe("end\n");
    expect(await child.exited).toBe(0);
  });

  test("5 MB written before the exit are still in the pipe's reach after it", async () => {
    const { child, stdin, stdout } = spawnOnPipes("head -c 5000000 /dev/zero");
    const text = readAll(stdout);
    closeDescriptor(stdin);
    await child.exited;
    expect((await text).length).toBe(5_000_000);
  });

  test("tells of the exit while a grandchild holds stdout", async () => {
    const { child, stdin, stdout } = spawnOnPipes("sleep 1000 & exit 5", { detached: true });
    expect(await child.exited).toBe(5);
    process.kill(-child.pid, "SIGKILL"); // ends the grandchild; the group outlives its leader
    closeDescriptor(stdin);
    expect(await readAll(stdout)).toBe("");
  });

  test("detached: the program leads a process group that can be signalled", async () => {
    const { child, stdin, stdout } = spawnOnPipes("cat & wait", { detached: true });
    process.kill(-child.pid, "SIGTERM");
    await child.exited;
    expect(child.signalCode).toBe("SIGTERM");
    closeDescriptor(stdin);
    expect(await readAll(stdout)).toBe(""); // cat is gone too
  });

  test("argv0 names the program", async () => {
    const { child, stdin, stdout } = spawnOnPipes("tr '\\0' ' ' < /proc/$$/cmdline", {
      argv0: "other",
    });
    closeDescriptor(stdin);
    expect(await readAll(stdout)).toStartWith("other -c ");
    await child.exited;
  });

  test("throws at once, with the code, when a program cannot start", () => {
    let code: unknown;
    try {
      Bun.spawn(["/does/not/exist"]);
    } catch (error) {
      code = (error as NodeJS.ErrnoException).code;
    }
    expect(code).toBe("ENOENT");
  });
});

describe("Bun.connect", () => {
  test("takes a connected socket by its descriptor", async () => {
    const [near, far] = makeSocketPair()!;
    const { promise, resolve } = Promise.withResolvers<string>();
    const socket = await Bun.connect({
      fd: near,
      socket: { data: (_, chunk) => resolve(chunk.toString()), error() {} },
    });
    await Bun.write(Bun.file(far), "packet");
    expect(await promise).toBe("packet");
    socket.terminate();
    closeDescriptor(far);
  });
});

describe("the bell", () => {
  test("can be hung here: Bun's epoll instance wakes for ours, and Bun's socket for its packets", async () => {
    const readiness = await Readiness.create({
      failed: (error) => expect.unreachable(String(error)),
    });
    expect(readiness.hasBell).toBe(true);
    readiness.close();
  });

  test("two can hang at once, and one that is taken down leaves the other", async () => {
    const failed = (error: unknown) => expect.unreachable(String(error));
    const one = await Readiness.create({ failed });
    const other = await Readiness.create({ failed });
    expect([one.hasBell, other.hasBell]).toEqual([true, true]);
    one.close();
    const { readEnd, writeEnd } = pipe();
    const { promise, resolve } = Promise.withResolvers<void>();
    other.watch(readEnd, EPOLLIN, { ready: () => resolve(), failed() {} });
    closeDescriptor(writeEnd);
    await promise;
    other.unwatch(readEnd);
    closeDescriptor(readEnd);
    other.close();
  });
});

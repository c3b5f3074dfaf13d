// While news is dense we wait in Bun's place: what Bun has to do is done all the same, and nothing is missed afterwards.

import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  closeDescriptor,
  EPOLLIN,
  machineAddress,
  makePipe,
  read,
  write,
  type Pipe,
} from "../../src/descriptors/posix.ts";
import { Readiness } from "../../src/descriptors/readiness.ts";

const byte = new Uint8Array(1);
const TURNS = 100;

let readiness: Readiness;
let pipe: Pipe;
let failures: unknown[];

beforeEach(async () => {
  failures = [];
  readiness = await Readiness.create({ failed: (error) => void failures.push(error) });
  expect(readiness.hasBell).toBe(true);
  pipe = makePipe()!;
});
afterEach(() => {
  readiness.close();
  closeDescriptor(pipe.readEnd);
  closeDescriptor(pipe.writeEnd);
  expect(failures).toEqual([]);
});

function put(): void {
  expect(write(pipe.writeEnd, machineAddress(byte), 1)).toBe(1);
}

/** A pipe that is ready again as soon as it was read, until `more` says no. */
function makeNews(more: () => boolean): void {
  readiness.watch(pipe.readEnd, EPOLLIN, {
    ready() {
      expect(read(pipe.readEnd, machineAddress(byte), 1)).toBe(1);
      if (more()) put();
    },
    failed() {},
  });
  put();
}

test("many a news is told in one turn of Bun's loop", async () => {
  const done = Promise.withResolvers<void>();
  let inTurn = 0;
  let most = 0;
  let count = 0;
  makeNews(() => {
    if (inTurn++ === 0) queueMicrotask(() => void (inTurn = 0));
    most = Math.max(most, inTurn);
    if (++count === 10 * TURNS) done.resolve();
    return count < 10 * TURNS;
  });
  await done.promise;
  // A ring tells of each descriptor once.
  expect(most).toBeGreaterThan(1);
});

test("timers, immediates, signals, threads, processes and Bun's sockets go on meanwhile", async () => {
  let goesOn = true;
  makeNews(() => goesOn);
  using listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: (socket, chunk) => void socket.write(chunk) },
  });
  for (let i = 0; i < TURNS; i++) {
    const { promise, resolve } = Promise.withResolvers<string>();
    const client = await Bun.connect({
      hostname: "127.0.0.1",
      port: listener.port,
      socket: { data: (_, chunk) => resolve(chunk.toString()) },
    });
    client.write(String(i));
    expect(await promise).toBe(String(i));
    client.terminate();
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
  await new Promise((resolve) => setImmediate(resolve));
  const signalled = new Promise((resolve) => process.once("SIGUSR2", resolve));
  process.kill(process.pid, "SIGUSR2");
  await signalled;
  expect(await Bun.file(import.meta.path).text()).toStartWith("// While news is dense"); // a thread reads it
  const child = Bun.spawn(["true"]);
  expect(await child.exited).toBe(0);
  goesOn = false;
});

test("when it ends, single news is heard again, and dense news, too", async () => {
  for (let i = 0; i < 3; i++) {
    let left = TURNS;
    const lull = Promise.withResolvers<void>();
    makeNews(() => {
      if (--left === 0) lull.resolve();
      return left > 0;
    });
    await lull.promise;
    readiness.unwatch(pipe.readEnd);
    await Bun.sleep(30); // longer than it is waited for more
    const heard = Promise.withResolvers<void>();
    readiness.whenReadable(pipe.readEnd, heard.resolve);
    await Bun.sleep(1);
    put();
    await heard.promise;
    read(pipe.readEnd, machineAddress(byte), 1);
  }
});

test("a handler may close it in the midst of dense news", async () => {
  const closed = Promise.withResolvers<void>();
  let left = TURNS;
  makeNews(() => {
    if (--left === 0) {
      readiness.close();
      closed.resolve();
    }
    expect(left).toBeGreaterThanOrEqual(0);
    return true;
  });
  await closed.promise;
  const turns = Promise.withResolvers<void>();
  setTimeout(turns.resolve, 20);
  await turns.promise;
  expect(left).toBe(0);
});

test("a handler that throws is told of, and the others go on", async () => {
  let left = TURNS;
  const over = Promise.withResolvers<void>();
  const other = makePipe()!;
  makeNews(() => {
    if (--left === TURNS / 2) write(other.writeEnd, machineAddress(byte), 1);
    if (left === 0) over.resolve();
    return left > 0;
  });
  let told = 0;
  readiness.watch(other.readEnd, EPOLLIN, {
    ready() {
      throw new Error("a defect");
    },
    failed: () => told++,
  });
  await over.promise;
  expect(failures.splice(0)).toEqual([new Error("a defect")]);
  expect(told).toBe(1);
  closeDescriptor(other.readEnd);
  closeDescriptor(other.writeEnd);
});

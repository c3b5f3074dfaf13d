// Messages for a terminal as the kernel writes them: at every cut the same is typed, and the same control is taken.

import { expect, test } from "bun:test";
import { TypedInput } from "../../src/service/typed-input.ts";
import { Random } from "../support/random.ts";
import { kernel } from "./running.ts";

/** A terminal that writes down what is done at it. */
class Desk {
  done: string[] = [];
  isFull = false;

  write(begin: number, end: number): boolean {
    const text = Buffer.from(kernel.bytes.subarray(begin, end)).toString();
    const last = this.done.at(-1);
    if (last?.startsWith("keys ") === true) this.done[this.done.length - 1] = last + text;
    else this.done.push(`keys ${text}`);
    return !this.isFull;
  }

  resize({ columns, rows }: { columns: number; rows: number }): void {
    this.done.push(`${columns}x${rows}`);
  }

  signal(name: string): void {
    this.done.push(name);
  }

  typeEndOfFile(): void {}
  hangUp(): void {}
  closeInput(): void {}

  refused({ kind }: { kind: string }): void {
    this.done.push(kind);
  }
}

function message(payload: string, isBinary: boolean): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(Buffer.byteLength(payload) + (isBinary ? 0x8000_0000 : 0));
  return Buffer.concat([prefix, Buffer.from(payload)]);
}

function send(chunks: readonly Uint8Array[], isReadonly = false): string[] {
  const desk = new Desk();
  const input = new TypedInput(desk, kernel, { handler: desk, isReadonly });
  for (const chunk of chunks) {
    kernel.bytes.set(chunk, kernel.incoming);
    expect(input.send(kernel.incoming, kernel.incoming + chunk.length)).toBe(true);
  }
  return desk.done;
}

const RESIZE = message('{"type":"resize","cols":7,"rows":9}', false);
const STREAM = Buffer.concat([
  message("ab", true),
  RESIZE,
  message("", true),
  message('{"type":"signal","name":"INT"}', false),
  message("c", true),
  message("d".repeat(300), true),
  RESIZE,
]);
const DONE = ["keys ab", "7x9", "SIGINT", `keys c${"d".repeat(300)}`, "7x9"];

test("whole, byte by byte, and at each cut", () => {
  expect(send([STREAM])).toEqual(DONE);
  expect(send([...STREAM].map((byte) => Uint8Array.of(byte)))).toEqual(DONE);
  for (let cut = 1; cut < STREAM.length; cut++) {
    expect(send([STREAM.subarray(0, cut), STREAM.subarray(cut)])).toEqual(DONE);
  }
});

test("in random pieces", () => {
  const random = new Random(11);
  for (let round = 0; round < 300; round++) {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < STREAM.length;) {
      const length = 1 + random.below(60);
      chunks.push(STREAM.subarray(at, at + length));
      at += length;
    }
    expect(send(chunks)).toEqual(DONE);
  }
});

test("after what is refused nothing is typed and nothing is done", () => {
  const bad = [message("", false), message("ls", false), message("x".repeat(257), false)];
  for (const refused of bad) {
    const chunks = [message("a", true), refused, message("b", true), RESIZE];
    expect(send(chunks)).toEqual(["keys a", "refused"]);
    expect(send([Buffer.concat(chunks)])).toEqual(["keys a", "refused"]);
  }
});

test("a control message is refused by its length: it is not waited for", () => {
  expect(send([message("x".repeat(257), false).subarray(0, 4)])).toEqual(["refused"]);
});

test("for viewing alone keys are dropped at every cut, sizes are taken, and a signal is refused", () => {
  const signal = message('{"type":"signal","name":"INT"}', false);
  const stream = Buffer.concat([message("abc", true), RESIZE, message("d", true), RESIZE, signal]);
  const done = ["7x9", "7x9", "refused"];
  expect(send([stream], true)).toEqual(done);
  for (let cut = 1; cut < stream.length; cut++) {
    expect(send([stream.subarray(0, cut), stream.subarray(cut)], true)).toEqual(done);
  }
});

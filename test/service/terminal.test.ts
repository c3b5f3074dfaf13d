// A service in a terminal, as its session has it: bytes both ways, pauses, its end; with a bell and without.

import { afterAll, describe, expect, test } from "bun:test";
import { Readiness } from "../../src/descriptors/readiness.ts";
import { terminalLauncher, type TerminalKind } from "../../src/service/terminal-launcher.ts";
import type { ServiceProcess } from "../../src/service/process.ts";
import type { EndCause } from "../../src/session/endpoint.ts";
import { within } from "../support/server-deadline.ts";
import { descriptorCount, kernel, PATH, serviceOptions } from "./running.ts";

const SIZE = { columns: 80, rows: 24, isReadonly: false };
const open: Readiness[] = [];
afterAll(() => {
  for (const readiness of open) readiness.close();
});

interface Started {
  readonly service: ServiceProcess;
  readonly text: () => string;
  readonly ended: Promise<EndCause>;
  readonly closed: Promise<void>;
}

async function start(mode: TerminalKind["mode"], script: string, bell: boolean): Promise<Started> {
  const readiness = await Readiness.create({ bell, failed: () => {} });
  open.push(readiness);
  const service = terminalLauncher({ mode, ...SIZE })(
    {
      command: { path: "/bin/sh", argv: ["sh", "-c", script] },
      environment: { PATH },
      stderr: { stderrLine: () => {} },
    },
    { ...(await serviceOptions()), readiness, stderr: "merge" },
  );
  if ("transient" in service) throw new Error(service.text);
  const chunks: Uint8Array[] = [];
  const ended = Promise.withResolvers<EndCause>();
  const closed = Promise.withResolvers<void>();
  service.listener = {
    received: (begin, end) => chunks.push(kernel.bytes.slice(begin, end)),
    drained() {},
    inputEnded() {},
    ended: ended.resolve,
    closed: closed.resolve,
  };
  const text = () => Buffer.concat(chunks).toString();
  return { service, text, ended: ended.promise, closed: closed.promise };
}

function send(service: ServiceProcess, bytes: Uint8Array): void {
  kernel.bytes.set(bytes, kernel.incoming);
  service.send(kernel.incoming, kernel.incoming + bytes.length);
}

describe.each([true, false])("with a bell: %p", (bell) => {
  test("what it writes while it is paused comes when it is not, all of it, and its exit after that", async () => {
    const { service, text, ended, closed } = await start("pipe", "seq 1 50000; exit 3", bell);
    const steps = setInterval(() => service.resume(), 1);
    const { received } = service.listener;
    service.listener.received = (begin, end) => {
      received(begin, end);
      service.pause();
    };
    const cause = await within("the end", ended);
    clearInterval(steps);
    expect(cause).toEqual({ kind: "exit", status: 3 });
    expect(text()).toBe(Array.from({ length: 50_000 }, (_, i) => `${i + 1}\n`).join(""));
    await closed;
    expect(service.usage).not.toBeNull();
  });

  test("it ends while it is paused: what it said and its exit wait", async () => {
    const { service, text, ended, closed } = await start("terminal", "echo said; exit 4", bell);
    service.pause();
    await within(
      "its exit",
      until(() => service.exit !== null),
    );
    service.resume();
    expect(await within("the end", ended)).toEqual({ kind: "exit", status: 4 });
    expect(text()).toBe("said\r\n");
    await closed;
  });

  test("the end of input, and the lines before it", async () => {
    const { service, text, ended, closed } = await start("pipe", "cat; echo end", bell);
    for (let i = 0; i < 100; i++) send(service, Buffer.from(`${"x".repeat(5000)}\n`));
    service.endInput();
    await within("the end", ended);
    expect(text()).toBe(`${`${"x".repeat(5000)}\n`.repeat(100)}end\n`);
    await closed;
  });

  test("it is killed: nothing of it is left", async () => {
    const before = descriptorCount();
    const { service, closed } = await start("terminal", "trap '' HUP; yes & yes", bell);
    const held = descriptorCount();
    service.destroy();
    await within("its end", closed);
    expect(held).toBeGreaterThan(before);
    expect(descriptorCount()).toBeLessThan(held);
  });
});

/** Asks in each turn. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
}

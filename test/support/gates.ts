// Gates for the tests: written, passed, and refused by.

import { RawClient } from "./raw-client.ts";
import { requestHead, type OpenOptions } from "./raw-handshake.ts";
import { DEADLINE_MS } from "./server-deadline.ts";
import type { TestDirectory } from "./server-directory.ts";

/** Makes a gate for sh, and returns the option that names it. */
export function gateOption(directory: TestDirectory, script: string, name = "gate"): string {
  return `--gate=${directory.write(name, `#!/bin/sh\n${script}\n`, 0o755)}`;
}

export interface Answered {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** The whole answer to a request for a WebSocket that is refused. */
export async function refusal(
  server: { port: number },
  options: OpenOptions = {},
): Promise<Answered> {
  using client = await RawClient.connect(server.port);
  client.write(requestHead(options));
  const text = Buffer.from(await client.rest()).toString("utf8");
  const end = text.indexOf("\r\n\r\n");
  return {
    status: Number(text.split(" ")[1]),
    head: text.slice(0, end),
    body: text.slice(end + 4),
  };
}

/** The head of the 101, and all that the program says. */
export async function admission(
  server: { port: number },
  options: OpenOptions = {},
): Promise<{ readonly head: string; readonly lines: readonly string[] }> {
  using client = await RawClient.connect(server.port);
  client.write(requestHead(options));
  const head = await client.head();
  if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(`no 101: ${head}`);
  const { messages } = await client.settle();
  return { head, lines: messages.map((bytes) => Buffer.from(bytes).toString()) };
}

/** As `admission`, as soon as there is a place, and the gate is as fast as it must be. */
export async function admissionWhenFree(server: { port: number }): Promise<readonly string[]> {
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    try {
      return (await admission(server)).lines;
    } catch (error) {
      const isEarly = /HTTP\/1\.1 (?:429|504) /.test((error as Error).message);
      if (!isEarly || performance.now() > end) throw error;
    }
  }
}

// Starts echo servers for a test, ends them after it, and runs the load generator against them.
import { afterEach } from "bun:test";
import type { LoadOptions } from "../../bench/load/options.ts";
import {
  frame,
  startEchoServer,
  type Answer,
  type EchoServer,
  type EchoServerOptions,
} from "./echo-server.ts";

export const TEXT = 0x81;
const servers: EchoServer[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

export function start(answer: Answer, how?: EchoServerOptions): EchoServer {
  const server = startEchoServer(answer, how);
  servers.push(server);
  return server;
}

export function options(server: EchoServer, some: Partial<LoadOptions> = {}): LoadOptions {
  return {
    url: new URL(server.url),
    connections: 3,
    size: 20,
    window: 4,
    durationSeconds: 0.1,
    warmupSeconds: 0.02,
    stallSeconds: 5,
    pid: undefined,
    binary: false,
    rate: undefined,
    trace: false,
    ...some,
  };
}

export const echo: Answer = (_index, payload, opcode) => [frame(0x80 | opcode, payload)];

/** Echoes rightly but for message 5, which becomes what `spoil` makes of it. */
export function spoiling(spoil: (payload: Buffer) => readonly Buffer[]): Answer {
  return (index, payload, opcode) => (index === 5 ? spoil(payload) : echo(index, payload, opcode));
}

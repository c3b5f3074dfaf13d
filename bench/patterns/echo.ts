// Echo under a number of messages in flight: throughput, latency, many connections, any size; also over TLS.
import { runEcho } from "../load/load.ts";
import { numberedMessages } from "../load/message-window.ts";
import { ECHO_PROGRAM, type Kind, type Pattern } from "./pattern.ts";

export type EchoShape = {
  readonly connections: number;
  readonly size: number;
  /** Messages in flight on a connection. */
  readonly window: number;
  /** The name, when it is not connections x size x window. */
  readonly name?: string;
  readonly kind?: Kind;
  readonly about: string;
  /** Messages a second, of all connections together. Default: as many as the server takes. */
  readonly rate?: number;
  readonly tls?: boolean;
  readonly quick?: boolean;
};

export function echoPattern(shape: EchoShape): Pattern {
  const { connections, size, window, about } = shape;
  return {
    name: shape.name ?? `${connections}x${size}x${window}`,
    kind: shape.kind ?? "echo",
    about,
    program: ECHO_PROGRAM,
    needs: shape.tls === true ? ["tls"] : [],
    connections,
    size,
    quick: shape.quick ?? false,
    run: (options) =>
      runEcho(options, {
        connections,
        window,
        newMessages: numberedMessages({ size, window, binary: false }),
        meanSize: size,
        rate: shape.rate,
      }),
  };
}

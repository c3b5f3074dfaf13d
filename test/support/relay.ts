// A way to a port of this machine: from another of its addresses, by TLS, or with given bytes before the client's own.

import { connect, createServer, type AddressInfo } from "node:net";
import { connect as connectTls } from "node:tls";

export interface RelayOptions {
  /** Sent first, in one piece with what the client sends first. Default: nothing. */
  readonly header?: Uint8Array;
  /** The address that it comes from. Default: 127.0.0.1. */
  readonly from?: string;
  /** Speak TLS, and ask for this name; whatever the certificate is. Default: plain. */
  readonly serverName?: string;
}

export interface Relay extends AsyncDisposable {
  readonly port: number;
}

export async function startRelay(targetPort: number, options: RelayOptions): Promise<Relay> {
  const { header = new Uint8Array(), from = "127.0.0.1", serverName } = options;
  const server = createServer((client) => {
    const raw = connect({ port: targetPort, host: "127.0.0.1", localAddress: from });
    const target =
      serverName === undefined
        ? raw
        : connectTls({ socket: raw, servername: serverName, rejectUnauthorized: false });
    client.once("data", (chunk: Uint8Array) => {
      target.write(Buffer.concat([header, chunk]));
      client.pipe(target);
    });
    target.pipe(client);
    for (const socket of [client, target, raw]) {
      socket.on("error", () => {});
      socket.on("close", () => {
        client.destroy();
        target.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

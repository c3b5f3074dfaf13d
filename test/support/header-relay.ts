// A proxy that puts given bytes before what each client sends, in one piece with the first of it.

import { connect, createServer, type AddressInfo } from "node:net";

export interface HeaderRelay extends AsyncDisposable {
  readonly port: number;
}

export async function startRelay(targetPort: number, header: Uint8Array): Promise<HeaderRelay> {
  const server = createServer((client) => {
    const target = connect(targetPort, "127.0.0.1");
    client.once("data", (chunk: Uint8Array) => {
      target.write(Buffer.concat([header, chunk]));
      client.pipe(target);
    });
    target.pipe(client);
    for (const socket of [client, target]) {
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

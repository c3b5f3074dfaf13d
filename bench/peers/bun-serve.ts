// A peer: what a good engineer writes in 20 lines of Bun.serve and Bun.spawn, `bun bun-serve.ts COMMAND [ARG...]`.

// What the 20 lines leave out, as the first version of such a server does: `ws.send` tells of backpressure and nobody asks
// it, so that a client which reads slowly has its messages kept in memory, and dropped above 16 MiB; what the program does
// not take waits in memory, too; an exit code is told to nobody; a grandchild outlives its session.
const { PEER_KEY: key, PEER_CERTIFICATE: cert, PEER_DEFLATE } = process.env;

const server = Bun.serve<{ child?: Bun.Subprocess<"pipe", "pipe", "inherit"> }>({
  hostname: "127.0.0.1",
  port: 0,
  ...(key === undefined ? {} : { tls: { key: Bun.file(key), cert: Bun.file(cert ?? "") } }),
  fetch(request, self) {
    if (self.upgrade(request, { data: {} })) return undefined;
    return new Response("A WebSocket is wanted here", { status: 426 });
  },
  websocket: {
    perMessageDeflate: PEER_DEFLATE === "1",
    async open(client) {
      const child = Bun.spawn(process.argv.slice(2), { stdin: "pipe", stderr: "inherit" });
      client.data.child = child;
      const decoder = new TextDecoder();
      let rest = "";
      for await (const chunk of child.stdout) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        client.cork(() => lines.forEach((line) => client.send(line, PEER_DEFLATE === "1")));
      }
      client.close();
    },
    message({ data }, message) {
      data.child?.stdin.write(`${message}\n`);
      data.child?.stdin.flush();
    },
    close: ({ data }) => data.child?.kill(),
  },
});
console.error(`ws://127.0.0.1:${server.port}/`);

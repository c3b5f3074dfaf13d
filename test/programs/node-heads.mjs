// Node's own HTTP server: gives each head on stdin, a line of JSON, to a connection of its own, and says what came of it.

import { createServer } from "node:http";
import { connect } from "node:net";
import { createInterface } from "node:readline";

const server = createServer((request, response) => {
  seen = { method: request.method, target: request.url, fields: pairs(request.rawHeaders) };
  response.end();
});
server.on("connect", (request, socket) => {
  seen = { method: request.method, target: request.url, fields: pairs(request.rawHeaders) };
  socket.end();
});

/** What the server made of the head that is being asked about. */
let seen = null;

function pairs(list) {
  const names = list.filter((_, i) => i % 2 === 0);
  return names.map((name, i) => [name.toLowerCase(), list[2 * i + 1]]);
}

/** Resolves when the server has answered, refused or hung up. It is told that nothing more will come. */
function ask(head, port) {
  return new Promise((resolve) => {
    seen = null;
    const socket = connect(port, "127.0.0.1", () => socket.end(Buffer.from(head, "latin1")));
    socket.on("data", () => {});
    socket.on("error", () => {});
    socket.on("close", () => resolve(seen));
  });
}

server.listen(0, "127.0.0.1", async () => {
  const { port } = server.address();
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await ask(JSON.parse(line), port)));
  }
  server.close();
});

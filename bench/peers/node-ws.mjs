// A peer: what a good engineer writes in 20 lines of Node and ws, `node node-ws.mjs COMMAND [ARG...]`.

// What the 20 lines leave out, as the first version of such a server does: nobody asks `bufferedAmount` or waits for "drain",
// so that a slow client and a slow program have their messages kept in memory without bound; each line is a
// write of its own; an exit code is told to nobody; a grandchild outlives its session.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createInterface } from "node:readline";
import { WebSocketServer } from "ws";

const { PEER_KEY, PEER_CERTIFICATE, PEER_DEFLATE } = process.env;
const [command, ...words] = process.argv.slice(2);
const tls = () => ({ key: readFileSync(PEER_KEY), cert: readFileSync(PEER_CERTIFICATE) });
const server = PEER_KEY === undefined ? createServer() : createTlsServer(tls());

new WebSocketServer({ server, perMessageDeflate: PEER_DEFLATE === "1" }).on(
  "connection",
  (client) => {
    const child = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: child.stdout }).on("line", (line) => client.send(line));
    client.on("message", (message) => child.stdin.write(`${message}\n`));
    client.on("close", () => child.kill());
    client.on("error", () => client.terminate());
    child.stdin.on("error", () => {}); // EPIPE: it has ended, and "close" says so
    child.on("error", () => client.close());
    child.on("close", () => client.close());
  },
);
server.listen(0, "127.0.0.1", () => console.error(`ws://127.0.0.1:${server.address().port}/`));

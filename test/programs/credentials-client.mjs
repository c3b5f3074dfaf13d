// A client of the `ws` package that says who it is: URL, its path, its options and subprotocols as JSON; prints the first message.

import { createRequire } from "node:module";

const [, , url, path, options, protocols] = process.argv;
const WebSocket = createRequire(import.meta.url)(path);
const socket = new WebSocket(url, JSON.parse(protocols), JSON.parse(options));

function tell(result) {
  console.log(JSON.stringify(result));
  socket.terminate();
}

socket.on("message", (data) => tell({ said: String(data), protocol: socket.protocol }));
socket.on("unexpected-response", (_, response) => tell({ status: response.statusCode }));
socket.on("error", () => {});

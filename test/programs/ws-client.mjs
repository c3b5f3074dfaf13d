// An echo client of the `ws` package, under Node: URL, its path, and the options of permessage-deflate as JSON.

import { createRequire } from "node:module";

const [, , url, path, options] = process.argv;
const WebSocket = createRequire(import.meta.url)(path);
const SIZES = [0, 1, 5, 125, 126, 1024, 65_536, 300_000];

/** Text and binary, alike and random, whole and in fragments. */
function messages() {
  return SIZES.flatMap((size) => [
    { data: "né".repeat(size).slice(0, size), isBinary: false },
    { data: Buffer.alloc(size, 7), isBinary: true },
    { data: Buffer.from(Array.from({ length: size }, () => Math.random() * 256)), isBinary: true },
  ]);
}

const sent = [...messages(), ...messages(), ...messages()];
const socket = new WebSocket(url, { perMessageDeflate: JSON.parse(options) });
let echoed = 0;

function fail(text) {
  console.error(`${text} after ${echoed} echoes`);
  process.exit(1);
}

function send({ data, isBinary }, i) {
  const compress = i % 5 !== 0;
  if (i % 3 !== 0 || data.length < 4) return socket.send(data, { binary: isBinary, compress });
  const bytes = Buffer.from(data);
  const cuts = [0, bytes.length >> 2, bytes.length >> 1, bytes.length];
  for (let k = 0; k < 3; k++) {
    const fin = k === 2;
    socket.send(bytes.subarray(cuts[k], cuts[k + 1]), { binary: isBinary, compress, fin });
    if (!fin) socket.ping(`between ${i}`);
  }
}

socket.on("open", () => sent.forEach(send));
socket.on("message", (data, isBinary) => {
  const wanted = sent[echoed];
  if (isBinary !== wanted.isBinary || !Buffer.from(wanted.data).equals(data)) fail("a wrong echo");
  if (++echoed === sent.length) socket.close(4321);
});
socket.on("error", (error) => fail(error.message));
socket.on("close", (code) => {
  if (echoed < sent.length) fail(`closed ${code}`);
  console.log(JSON.stringify({ code, extensions: socket.extensions }));
});

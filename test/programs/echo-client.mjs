// An echo client of the web's WebSocket interface, for Node, Bun and a browser: what it says is what a page would see.

/** Sizes at which a frame's header, a slab and a fragment change. */
const SIZES = [0, 1, 125, 126, 127, 4096, 65_535, 65_536, 65_537, 300_000];

function messages() {
  const all = [];
  for (const size of SIZES) {
    all.push("é€😀x".repeat(size).slice(0, size - (size % 5)));
    all.push(new Uint8Array(size).map((_, i) => (i * 31 + size) & 0xff));
  }
  return all;
}

function isSame(sent, data) {
  if (typeof sent === "string" || typeof data === "string") return sent === data;
  const bytes = new Uint8Array(data);
  return bytes.length === sent.length && bytes.every((byte, i) => byte === sent[i]);
}

/**
 * Sends every message at once, twice, and closes with 4321. Resolves with the negotiated extensions and subprotocol and
 * the close, or rejects with the first echo that is not what was sent.
 */
export function echoAll(url, protocols = []) {
  const sent = [...messages(), ...messages()];
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols);
    let echoed = 0;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => sent.forEach((message) => socket.send(message)));
    socket.addEventListener("message", ({ data }) => {
      if (!isSame(sent[echoed], data)) reject(new Error(`echo ${echoed} is not what was sent`));
      if (++echoed === sent.length) socket.close(4321, "done");
    });
    socket.addEventListener("close", ({ code, reason, wasClean }) => {
      const { extensions, protocol } = socket;
      if (echoed === sent.length) resolve({ code, reason, wasClean, extensions, protocol });
      else reject(new Error(`closed ${code} ${reason} after ${echoed} echoes`));
    });
    socket.addEventListener("error", () => reject(new Error(`error after ${echoed} echoes`)));
  });
}

if (globalThis.process?.argv[2] !== undefined && import.meta.url.endsWith("echo-client.mjs")) {
  echoAll(process.argv[2], process.argv.slice(3)).then(
    (result) => console.log(JSON.stringify(result)),
    (error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}

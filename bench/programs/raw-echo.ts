// A bare echo server with no service behind it, to find what the load generator itself can do: `bun raw-echo.ts [PORT]`.
import type { Socket } from "bun";
import { acceptFor } from "../load/handshake.ts";

type Peer = {
  open: boolean;
  /** A cut frame, until the rest of it comes. */
  rest: Buffer;
  unsent: Buffer[];
};

const CLOSE_FIRST_BYTE = 0x88;

const listener = Bun.listen<Peer>({
  hostname: "127.0.0.1",
  port: Number(process.argv[2] ?? 0),
  socket: {
    open(socket) {
      socket.data = { open: false, rest: Buffer.alloc(0), unsent: [] };
    },
    data(socket, chunk) {
      const peer = socket.data;
      if (!peer.open) return answer(socket, chunk);
      const bytes = peer.rest.length === 0 ? chunk : Buffer.concat([peer.rest, chunk]);
      const [read, written] = stripMasks(bytes);
      peer.rest = Buffer.from(bytes.subarray(read));
      if (written < 0) socket.end();
      else send(socket, bytes.subarray(0, written));
    },
    drain(socket) {
      const unsent = socket.data.unsent.splice(0);
      for (const bytes of unsent) send(socket, bytes);
    },
    error(socket) {
      socket.terminate();
    },
  },
});
process.stderr.write(`ws://127.0.0.1:${listener.port}/ of process ${process.pid}\n`);

/** Takes the request for granted. */
function answer(socket: Socket<Peer>, chunk: Buffer): void {
  const key = /^sec-websocket-key: *(\S+)/im.exec(chunk.toString("latin1"))?.[1] ?? "";
  const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptFor(key)}\r\n\r\n`;
  socket.data.open = true;
  socket.write(head);
}

function send(socket: Socket<Peer>, bytes: Buffer): void {
  const { unsent } = socket.data;
  const written = unsent.length > 0 ? 0 : Math.max(0, socket.write(bytes));
  if (written < bytes.length) unsent.push(Buffer.from(bytes.subarray(written)));
}

/** Turns whole client frames into server frames in place: [bytes read, bytes of the answer, -1 after a Close]. */
function stripMasks(bytes: Buffer): [number, number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length;
  let from = 0;
  let to = 0;
  while (from + 6 <= end) {
    const first = view.getUint8(from);
    if (first === CLOSE_FIRST_BYTE) return [end, -1];
    const short = view.getUint8(from + 1) & 0x7f;
    const extra = short < 126 ? 0 : short === 126 ? 2 : 8;
    if (from + 6 + extra > end) break;
    const length =
      extra === 0
        ? short
        : extra === 2
          ? view.getUint16(from + 2)
          : Number(view.getBigUint64(from + 2));
    const payload = from + 6 + extra;
    if (payload + length > end) break;
    const key = view.getInt32(payload - 4);
    view.setUint8(to, first);
    view.setUint8(to + 1, short);
    for (let index = 2; index < 2 + extra; index++) bytes[to + index] = bytes[from + index] ?? 0;
    to += 2 + extra;
    const words = length & ~3;
    for (let index = 0; index < words; index += 4) {
      view.setInt32(to + index, view.getInt32(payload + index) ^ key);
    }
    for (let index = words; index < length; index++) {
      bytes[to + index] = (bytes[payload + index] ?? 0) ^ ((key >>> (24 - 8 * (index & 3))) & 0xff);
    }
    from = payload + length;
    to += length;
  }
  return [from, to];
}

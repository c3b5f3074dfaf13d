// A slow and plain echo server whose answers a test may spoil.
import type { Socket } from "bun";
import { acceptFor } from "../../bench/load/handshake.ts";

/** What to write for a message: its number on the connection, from 0, and its payload. */
export type Answer = (index: number, payload: Buffer, opcode: number) => readonly Buffer[];

export type EchoServerOptions = {
  /** Agrees on permessage-deflate, whatever was offered; the payloads stay as they came. */
  readonly deflate?: boolean;
  /** Called when a connection is open, with what writes to it; returns what is called when it is over. */
  readonly onOpen?: (write: (bytes: Buffer) => void) => () => void;
};

export type EchoServer = { readonly url: string; stop(): void; readonly pongs: string[] };

export function frame(firstByte: number, payload: Uint8Array | string): Buffer {
  const body = Buffer.from(payload);
  const header = body.length < 126 ? Buffer.alloc(2) : Buffer.alloc(4);
  header[0] = firstByte;
  header[1] = body.length;
  if (body.length >= 126) {
    header[1] = 126;
    header.writeUInt16BE(body.length, 2);
  }
  return Buffer.concat([header, body]);
}

type Peer = { bytes: Buffer; count: number; open: boolean; unsent: Buffer; ended: () => void };

const AGREED =
  "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n";

export function startEchoServer(answer: Answer, options: EchoServerOptions = {}): EchoServer {
  const pongs: string[] = [];
  const extension = options.deflate === true ? AGREED : "";
  const listener = Bun.listen<Peer>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        const none = Buffer.alloc(0);
        socket.data = { bytes: none, count: 0, open: false, unsent: none, ended: () => {} };
      },
      close: (socket) => socket.data.ended(),
      drain: (socket) => write(socket, Buffer.alloc(0)),
      data(socket, chunk) {
        const { data } = socket;
        if (!data.open) {
          const key = /^Sec-WebSocket-Key: (\S+)/m.exec(chunk.toString())?.[1] ?? "";
          data.open = true;
          socket.write(
            `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptFor(key)}\r\n${extension}\r\n`,
          );
          data.ended = options.onOpen?.((bytes) => write(socket, bytes)) ?? data.ended;
          return;
        }
        data.bytes = Buffer.concat([data.bytes, chunk]);
        const out: Buffer[] = [];
        for (;;) {
          const taken = takeFrame(data.bytes);
          if (taken === undefined) break;
          data.bytes = taken.rest;
          if (taken.opcode === 0x8) return void socket.end();
          if (taken.opcode === 0xa) pongs.push(taken.payload.toString());
          else out.push(...answer(data.count++, taken.payload, taken.opcode));
        }
        write(socket, Buffer.concat(out));
      },
      error() {},
    },
  });
  return { url: `ws://127.0.0.1:${listener.port}/`, stop: () => listener.stop(true), pongs };
}

/** What the socket does not take waits for `drain`. */
function write(socket: Socket<Peer>, bytes: Buffer): void {
  const { data } = socket;
  const all = Buffer.concat([data.unsent, bytes]);
  data.unsent = all.subarray(Math.max(0, socket.write(all)));
}

function takeFrame(bytes: Buffer) {
  if (bytes.length < 2) return undefined;
  const short = (bytes[1] ?? 0) & 0x7f;
  const begin = short < 126 ? 2 : 4;
  if (bytes.length < begin + 4) return undefined;
  const length = short < 126 ? short : bytes.readUInt16BE(2);
  const end = begin + 4 + length;
  if (bytes.length < end) return undefined;
  const key = bytes.subarray(begin, begin + 4);
  const payload = Buffer.from(bytes.subarray(begin + 4, end)).map(
    (byte, index) => byte ^ (key[index & 3] ?? 0),
  );
  return {
    opcode: (bytes[0] ?? 0) & 0x0f,
    payload: Buffer.from(payload),
    rest: bytes.subarray(end),
  };
}

// A slow and plain echo server whose answers a test may spoil.
import { acceptFor } from "../../bench/load/handshake.ts";

/** What to write for a message: its number on the connection, from 0, and its payload. */
export type Answer = (index: number, payload: Buffer, opcode: number) => readonly Buffer[];

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

export function startEchoServer(answer: Answer): EchoServer {
  const pongs: string[] = [];
  const listener = Bun.listen<{ bytes: Buffer; count: number; open: boolean }>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { bytes: Buffer.alloc(0), count: 0, open: false };
      },
      data(socket, chunk) {
        const { data } = socket;
        if (!data.open) {
          const key = /^Sec-WebSocket-Key: (\S+)/m.exec(chunk.toString())?.[1] ?? "";
          data.open = true;
          socket.write(
            `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptFor(key)}\r\n\r\n`,
          );
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
        socket.write(Buffer.concat(out));
      },
      error() {},
    },
  });
  return { url: `ws://127.0.0.1:${listener.port}/`, stop: () => listener.stop(true), pongs };
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

// RFC 8446 4.1.2, RFC 6066 3: the name in a hello that openssl wrote, at every cut, and in hellos that are spoiled.

import { createServer } from "node:net";
import { connect } from "node:tls";
import { beforeAll, describe, expect, test } from "bun:test";
import { readServerName } from "../../src/net/client-hello.ts";
import { seedOfRun, Random } from "../support/random.ts";

/** The first bytes of a client of Bun's TLS. */
function hello(servername: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.once("data", (chunk: Uint8Array) => {
        resolve(new Uint8Array(chunk));
        socket.destroy();
        server.close();
      });
    });
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      const client = connect({ port, host: "127.0.0.1", servername });
      client.on("error", () => {}); // the server is none
    });
    server.on("error", reject);
  });
}

let bytes: Uint8Array;
beforeAll(async () => {
  bytes = await hello("Some.Example");
});

test("the name, in lower case", () => {
  expect(readServerName(bytes)).toEqual({ name: "some.example" });
});

test("what is cut anywhere needs more", () => {
  for (let length = 0; length < bytes.length; length++) {
    expect(readServerName(bytes.subarray(0, length)), `${length} bytes`).toBe("more");
  }
});

describe("what is no TLS", () => {
  for (const text of ["GET / HTTP/1.1\r\n", "\x00", "\x15\x03\x01", "\x80\x2e\x01"]) {
    test(JSON.stringify(text), () =>
      expect(readServerName(Buffer.from(text, "latin1"))).toBe("not TLS"),
    );
  }
});

test("a hello that is spoiled at any place is read within its bounds: a name, or none", () => {
  const seed = seedOfRun();
  const random = new Random(seed);
  for (let round = 0; round < 20_000; round++) {
    const spoiled = bytes.slice();
    for (let i = random.between(1, 4); i > 0; i--) {
      spoiled[random.between(5, spoiled.length - 1)] = random.below(256);
    }
    const found = readServerName(spoiled);
    expect(typeof found, `seed ${seed}, round ${round}`).toBe("object");
  }
});

test("a record that is longer than any may be is not waited for", () => {
  expect(readServerName(Uint8Array.of(22, 3, 1, 0x40, 1))).toEqual({ name: null });
  expect(readServerName(Uint8Array.of(22, 3, 1, 0x40, 0))).toBe("more");
});

test("a hello without the extension has no name", () => {
  const at = Buffer.from(bytes).indexOf("Some.Example", 0, "latin1");
  const without = bytes.slice();
  without[at - 9] = 0x7f; // the extension's type becomes one that nobody knows
  expect(readServerName(without)).toEqual({ name: null });
});

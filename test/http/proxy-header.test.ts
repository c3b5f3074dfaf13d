// proxy-protocol.txt 2.1, 2.2: headers of both versions, at every cut, and what is none.

import { describe, expect, test } from "bun:test";
import {
  PROXY_HEADER_SIZE_MAX,
  readProxyHeader,
  type ProxyHeader,
} from "../../src/http/proxy-header.ts";
import { binaryHeader, plainCrc32c, TLV_SSL, type HeaderParts } from "../support/proxy-header.ts";
import { Random, seedOfRun } from "../support/random.ts";
import { toBytes } from "./head-reader.ts";

const NOBODY = { source: null, destination: null, isTls: false } as const;

function client(source: string, sourcePort: number, to: string, port: number) {
  return {
    kind: "client",
    source: { address: source, port: sourcePort },
    destination: { address: to, port },
    isTls: false,
  } as const;
}

/** Addresses and ports of IPv6. */
const TCP6 = new Uint8Array(36);
TCP6.set([0x20, 1, 0xd, 0xb8], 0);
TCP6[15] = 1;
TCP6.fill(0xff, 16 + 10, 16 + 12);
TCP6.set([192, 0, 2, 1, 0, 1, 0xff, 0xff], 16 + 12);
const UNIX = new Uint8Array(216).fill(0x61);
const ssl = (flags: number) => [TLV_SSL, Uint8Array.of(flags, 0, 0, 0, 0)] as const;
const OTHER = [0x02, toBytes("example.com")] as const;
const TCP4_CLIENT = client("192.0.2.9", 4711, "198.51.100.3", 443);

type Row = readonly [name: string, bytes: Uint8Array, header: Omit<ProxyHeader, "length">];
const text = (line: string, header: Row[2]): Row => [line, toBytes(line + "\r\n"), header];
const binary = (name: string, parts: HeaderParts, header: Row[2]): Row => [
  name,
  binaryHeader(parts),
  header,
];

const HEADERS: readonly Row[] = [
  text("PROXY TCP4 192.0.2.9 198.51.100.3 4711 443", TCP4_CLIENT),
  text(
    "PROXY TCP4 255.255.255.255 0.0.0.0 65535 0",
    client("255.255.255.255", 65535, "0.0.0.0", 0),
  ),
  text("PROXY TCP6 2001:DB8::1 ::ffff:192.0.2.1 1 2", client("2001:db8::1", 1, "192.0.2.1", 2)),
  text(`PROXY TCP6 ${"f".repeat(4)}${":ffff".repeat(7)} ${"ffff:".repeat(7)}ffff 65535 65535`, {
    ...client(Array(8).fill("ffff").join(":"), 65535, Array(8).fill("ffff").join(":"), 65535),
  }),
  text("PROXY UNKNOWN", { kind: "unknown", ...NOBODY }),
  text(`PROXY UNKNOWN ${"x".repeat(107 - 16)}`, { kind: "unknown", ...NOBODY }),
  binary("TCP over IPv4", {}, TCP4_CLIENT),
  binary(
    "TCP over IPv6",
    { family: 0x21, addresses: TCP6 },
    client("2001:db8::1", 1, "192.0.2.1", 65535),
  ),
  binary("a Unix socket", { family: 0x31, addresses: UNIX }, { kind: "unix", ...NOBODY }),
  binary(
    "unspecified",
    { family: 0, addresses: toBytes("anything") },
    { kind: "unknown", ...NOBODY },
  ),
  binary(
    "LOCAL, and no more",
    { command: 0x20, family: 0, addresses: new Uint8Array() },
    { kind: "proxy", ...NOBODY },
  ),
  binary(
    "LOCAL of a family that nobody knows",
    { command: 0x20, family: 0xff, addresses: toBytes("xyz") },
    { kind: "proxy", ...NOBODY },
  ),
  binary("with TLVs", { tlvs: [OTHER, [0xe0, new Uint8Array()]] }, TCP4_CLIENT),
  binary("TLS", { tlvs: [OTHER, ssl(1)] }, { ...TCP4_CLIENT, isTls: true }),
  binary("no TLS, a TLV of it all the same", { tlvs: [ssl(6)] }, TCP4_CLIENT),
  binary("an empty TLV of TLS", { tlvs: [[TLV_SSL, new Uint8Array()]] }, TCP4_CLIENT),
  binary("with its checksum", { tlvs: [ssl(1)], sum: true }, { ...TCP4_CLIENT, isTls: true }),
];

describe("headers, and what is behind them is not theirs", () => {
  for (const [name, bytes, header] of HEADERS) {
    test(name, () => {
      const expected = { ...header, length: bytes.length };
      for (let length = 0; length < bytes.length; length++) {
        expect(readProxyHeader(bytes.subarray(0, length)), `${length} bytes`).toBe("more");
      }
      expect(readProxyHeader(bytes)).toEqual(expected);
      const behind = toBytes("\r\n\r\n\0GET / HTTP/1.1\r\n");
      expect(readProxyHeader(new Uint8Array(Buffer.concat([bytes, behind])))).toEqual(expected);
    });
  }
});

describe("no headers", () => {
  const LINES = [
    "GET / HTTP/1.1\r\n",
    "\x16\x03\x01",
    " PROXY TCP4 192.0.2.9 198.51.100.3 4711 443\r\n",
    "proxy TCP4 192.0.2.9 198.51.100.3 4711 443\r\n",
    "PROXY\r\n",
    "PROXY \r\n",
    "PROXY TCP4\r\n",
    "PROXY  TCP4 192.0.2.9 198.51.100.3 4711 443\r\n",
    "PROXY tcp4 192.0.2.9 198.51.100.3 4711 443\r\n",
    "PROXY TCP5 192.0.2.9 198.51.100.3 4711 443\r\n",
    "PROXY TCP4 2001:db8::1 2001:db8::2 4711 443\r\n",
    "PROXY TCP6 192.0.2.9 198.51.100.3 4711 443\r\n",
    "PROXY TCP4 192.0.2.09 198.51.100.3 4711 443\r\n",
    "PROXY TCP4 192.0.2.256 198.51.100.3 4711 443\r\n",
    "PROXY TCP4 192.0.2.9 198.51.100.3 4711 65536\r\n",
    "PROXY TCP4 192.0.2.9 198.51.100.3 04711 443\r\n",
    "PROXY TCP4 192.0.2.9 198.51.100.3 -1 443\r\n",
    "PROXY TCP4 192.0.2.9 198.51.100.3 4711\r\n",
    "PROXY TCP4 192.0.2.9 198.51.100.3 4711 443 \r\n",
    "PROXY TCP4 192.0.2.9 198.51.100.3 4711 443\n",
    "PROXY UNKNOWNS\r\n",
    "PROXY UNKNOWN\n",
    `PROXY UNKNOWN ${"x".repeat(107 - 15)}\r\n`,
    "\r\n\r\n\0\r\nQUIT\r",
    "\r\n\r\nX",
  ];
  for (const line of LINES) {
    test(JSON.stringify(line), () => {
      expect(readProxyHeader(toBytes(line))).toEqual({ problem: expect.any(String) });
    });
  }

  const PARTS: readonly (readonly [problem: RegExp, parts: HeaderParts])[] = [
    [/version 1 is not known/, { command: 0x11 }],
    [/version 3 is not known/, { command: 0x30 }],
    [/command 2 is not known/, { command: 0x22 }],
    [/family 0x12 is none of a stream/, { family: 0x12 }],
    [/family 0x10 is none of a stream/, { family: 0x10 }],
    [/family 0x41 is none of a stream/, { family: 0x41 }],
    [/shorter than its addresses/, { length: 11 }],
    [/shorter than its addresses/, { family: 0x21 }],
    [/shorter than its addresses/, { family: 0x31, length: 215 }],
    [/longer than 4096/, { length: PROXY_HEADER_SIZE_MAX - 16 + 1 }],
    [/longer than 4096/, { command: 0x20, length: 0xffff }],
    [/TLV of the header is cut/, { tlvs: [OTHER], length: 12 + 13 }],
    [/TLV of the header is cut/, { tlvs: [OTHER], length: 12 + 2 }],
    [/checksum of the header is wrong/, { tlvs: [[3, new Uint8Array(4)]] }],
    [/checksum of the header is wrong/, { tlvs: [[3, new Uint8Array(3)]] }],
    [/checksum of the header is wrong/, { tlvs: [[3, new Uint8Array(4)]], sum: true }],
  ];
  for (const [problem, parts] of PARTS) {
    test(`${problem.source}: ${JSON.stringify(parts)}`, () => {
      expect(readProxyHeader(binaryHeader(parts))).toEqual({
        problem: expect.stringMatching(problem),
      });
    });
  }

  test("a line that does not end is known at its bound", () => {
    const endless = toBytes(`PROXY UNKNOWN ${"x".repeat(200)}`);
    expect(readProxyHeader(endless.subarray(0, 106))).toBe("more");
    expect(readProxyHeader(endless.subarray(0, 107))).toEqual({
      problem: "the line is longer than 107 bytes",
    });
  });

  test("a bit that is not as it was is told by the checksum", () => {
    const header = binaryHeader({ tlvs: [OTHER, ssl(1)], sum: true });
    for (let at = 16; at < header.length; at++) {
      const spoiled = header.slice();
      spoiled[at]! ^= 1;
      const found = readProxyHeader(spoiled);
      // What was the checksum may be another's TLV then.
      const isSums = at >= header.length - 7 && at < header.length - 4;
      if (!isSums) expect(found, `byte ${at}`).toHaveProperty("problem");
    }
  });
});

test("the tests' checksum is Castagnoli's: RFC 3720 B.4", () => {
  expect(plainCrc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(plainCrc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
});

test("any bytes are a header, the begin of one, or none; and what is known at a cut stays so", () => {
  const seed = seedOfRun();
  const random = new Random(seed);
  for (let round = 0; round < 20_000; round++) {
    const bytes = random.pick(HEADERS)[1].slice();
    for (let changes = random.below(3); changes > 0; changes--) {
      bytes[random.below(bytes.length)] = random.below(256);
    }
    const whole = readProxyHeader(bytes);
    const about = `seed ${seed}, round ${round}`;
    if (typeof whole === "object" && "length" in whole) {
      expect(whole.length, about).toBeLessThanOrEqual(bytes.length);
      const { source, kind } = whole;
      expect(source !== null, about).toBe(kind === "client");
    }
    const part = readProxyHeader(bytes.subarray(0, random.below(bytes.length)));
    if (part === "more") continue;
    if ("problem" in part) expect(whole, about).toHaveProperty("problem");
    else expect(whole, about).toEqual(part);
  }
});

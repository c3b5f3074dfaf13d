// Whom the fields of a trusted proxy name, and that a client cannot name itself.

import { describe, expect, test } from "bun:test";
import { readForwarding, withHost, type ForwardingField } from "../../src/http/forwarding.ts";
import { headOf } from "./head-reader.ts";

const ALL_X: readonly ForwardingField[] = [
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
];

/** Trusted are the addresses that begin with `10.`. The lines are a request's fields. */
function read(fields: readonly ForwardingField[], ...lines: string[]) {
  const head = headOf(["GET / HTTP/1.1", "Host: inner", ...lines, "", ""].join("\r\n"));
  const isTrusted = (address: string) => address.startsWith("10.");
  const told = readForwarding(head, { fields, isTrusted });
  if ("status" in told) return `${told.status} ${told.text}`;
  const { client, isTls, host } = told;
  const address = client === null ? null : `${client.address} ${client.port}`;
  return { address, isTls, host };
}

const NOTHING = { address: null, isTls: null, host: null };

describe("X-Forwarded-For, from the right", () => {
  const ROWS: readonly (readonly [value: string, address: string | null])[] = [
    ["192.0.2.1", "192.0.2.1 0"],
    // What the client sent stands to the left of what the proxy saw.
    ["203.0.113.9, 192.0.2.1", "192.0.2.1 0"],
    ["10.9.9.9, 192.0.2.1", "192.0.2.1 0"],
    ["192.0.2.1, 10.0.0.2", "192.0.2.1 0"],
    ["203.0.113.9,192.0.2.1 ,10.0.0.3,10.0.0.2", "192.0.2.1 0"],
    ["10.0.0.4, 10.0.0.3", "10.0.0.4 0"],
    ["192.0.2.1:4711", "192.0.2.1 4711"],
    ["[2001:DB8:0::1]:4711", "2001:db8::1 4711"],
    ["2001:db8::1", "2001:db8::1 0"],
    ["::ffff:192.0.2.1", "192.0.2.1 0"],
    ["192.0.2.1, , ", "192.0.2.1 0"],
    ["", null],
    ["unknown", null],
    ["192.0.2.1, unknown", null],
    ["192.0.2.1, nonsense, 10.0.0.2", "10.0.0.2 0"],
    ["192.0.2.1:99999", null],
    ["192.0.2.1:_p", "192.0.2.1 0"],
    ["192.0.2.01", null],
    ["fe80::1%eth0", null],
    ['"192.0.2.1"', null],
  ];
  for (const [value, address] of ROWS) {
    test(JSON.stringify(value), () => {
      const told = read(["x-forwarded-for"], `X-Forwarded-For: ${value}`);
      expect(told).toEqual({ ...NOTHING, address });
    });
  }

  test("of several lines the last is the rightmost", () => {
    const lines = ["X-Forwarded-For: 203.0.113.9", "X-Forwarded-For: 192.0.2.1"];
    expect(read(["x-forwarded-for"], ...lines)).toMatchObject({ address: "192.0.2.1 0" });
  });
});

describe("a field that the proxy does not write is not read", () => {
  const SPOOFED = [
    "Forwarded: for=203.0.113.9;proto=https;host=spoofed",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Host: spoofed",
  ];
  test("beside X-Forwarded-For", () => {
    const told = read(["x-forwarded-for"], ...SPOOFED, "X-Forwarded-For: 192.0.2.1");
    expect(told).toEqual({ ...NOTHING, address: "192.0.2.1 0" });
  });
  test("beside Forwarded", () => {
    const lines = ["X-Forwarded-For: 203.0.113.9", ...SPOOFED.slice(1), "Forwarded: for=192.0.2.1"];
    expect(read(["forwarded"], ...lines)).toEqual({ ...NOTHING, address: "192.0.2.1 0" });
  });
  test("with none of them", () => {
    expect(read([], ...SPOOFED, "X-Forwarded-For: 203.0.113.9")).toEqual(NOTHING);
  });
});

describe("X-Forwarded-Proto and -Host", () => {
  for (const [proto, isTls] of [
    ["https", true],
    ["HTTP", false],
    ["wss", true],
    ["ws", false],
    // The last is the nearest proxy's.
    ["http, https", true],
  ] as const) {
    test(proto, () => {
      expect(read(ALL_X, `X-Forwarded-Proto: ${proto}`)).toEqual({ ...NOTHING, isTls });
    });
  }
  for (const host of [
    "example.com",
    "example.com:8443",
    "[2001:db8::1]:1",
    "spoofed, example.com",
  ]) {
    test(host, () => {
      const told = read(ALL_X, `X-Forwarded-Host: ${host}`);
      expect(told).toEqual({ ...NOTHING, host: host.replace("spoofed, ", "") });
    });
  }
  for (const line of [
    "Proto: gopher",
    "Proto: constructor",
    "Host: a b",
    "Host: a/b",
    "Host: u@h",
  ]) {
    test(`${line} cannot be believed`, () => {
      expect(read(ALL_X, `X-Forwarded-${line}`)).toMatch(/^400 X-Forwarded-Proto and /);
    });
  }
});

describe("Forwarded, from the right", () => {
  const ROWS: readonly (readonly [lines: readonly string[], told: object | string])[] = [
    [["for=192.0.2.1;proto=https;host=h"], { address: "192.0.2.1 0", isTls: true, host: "h" }],
    [["for=203.0.113.9;host=x, for=192.0.2.1"], { address: "192.0.2.1 0" }],
    [
      ["for=203.0.113.9;host=x", 'for="192.0.2.1:5";host=y', "for=10.0.0.2;host=z;proto=http"],
      { address: "192.0.2.1 5", host: "y" },
    ],
    [['for="[2001:db8::1]"'], { address: "2001:db8::1 0" }],
    // A name that hides the address is the proxy's word all the same.
    [["for=192.0.2.1, for=_hidden;proto=https"], { isTls: true }],
    [["for=192.0.2.1, for=unknown"], {}],
    [["for=192.0.2.1, proto=https"], { isTls: true }],
    // A line that cannot be read ends what can be.
    [['for="x', "for=10.0.0.2;proto=https"], { address: "10.0.0.2 0", isTls: true }],
    [['for="x', "for=192.0.2.1"], { address: "192.0.2.1 0" }],
    [['for="x, for=192.0.2.1'], {}],
    [["for=192.0.2.1;proto=gopher"], "400 Forwarded: the protocol must be http or https."],
    [['for=192.0.2.1;host=""'], "400 Forwarded: the host must be NAME or NAME:PORT."],
  ];
  for (const [lines, told] of ROWS) {
    test(lines.join(" | "), () => {
      const found = read(["forwarded"], ...lines.map((line) => `Forwarded: ${line}`));
      expect(found).toEqual(typeof told === "string" ? told : { ...NOTHING, ...told });
    });
  }
});

test("a head with another host says so wherever it is asked", () => {
  const head = headOf("GET /a HTTP/1.1\r\nHost: inner\r\nX-A: 1\r\n\r\n");
  const moved = withHost(head, "outer:1");
  expect(moved.get("host")).toBe("outer:1");
  expect(moved.get("x-a")).toBe("1");
  expect(moved.fields.toSorted()).toEqual([
    ["host", "outer:1"],
    ["x-a", "1"],
  ]);
  expect(moved).toMatchObject({ method: "GET", target: "/a", version: "1.1" });
});

// The variables by which sockets are handed down: whose they are, and what is wrong with them.

import { expect, test } from "bun:test";
import { inheritedSockets } from "../../src/server/inherited.ts";

const pid = 42;

function find(environment: Record<string, string | undefined>): unknown {
  return inheritedSockets({ inetd: false, environment, pid });
}

test("without them there is none", () => {
  expect(find({})).toEqual([]);
});

test("those for another process are left alone, and go no further", () => {
  const environment = { LISTEN_PID: "43", LISTEN_FDS: "x", LISTEN_FDNAMES: "a:b", PATH: "p" };
  expect(find(environment)).toEqual([]);
  expect<Record<string, string>>(environment).toEqual({ PATH: "p" });
});

test.each(["", "x", "-1", "65", "1e1", "9999"])("LISTEN_FDS=%s is refused", (count) => {
  expect(() => find({ LISTEN_PID: "42", LISTEN_FDS: count })).toThrow(`LISTEN_FDS=${count}: `);
});

test("what is no socket is refused", () => {
  const text = /descriptor \d+, handed down by LISTEN_FDS, is no stream socket/;
  expect(() => find({ LISTEN_PID: "42", LISTEN_FDS: "64" })).toThrow(text);
});

// The forms of a log line, each with values that would like to be more than values.

import { describe, expect, test } from "bun:test";
import { formatEvent, formatShortened, LOG_FORMATS, type LogEvent } from "../src/log-format.ts";

const TIME = new Date("2026-01-02T03:04:05.678Z");
const EVENT: LogEvent = {
  time: TIME,
  level: "access",
  category: "session",
  message: "CONNECT",
  fields: {
    session: 1,
    id: "0198",
    peer: "127.0.0.1:5",
    host: "h:8080",
    path: "/a b?c",
    command: "/bin/cat",
    origin: undefined,
    pid: 7,
  },
};

test("text", () => {
  expect(formatEvent(EVENT, "text")).toBe(
    '2026-01-02T03:04:05.678Z ACCESS CONNECT session=1 id=0198 peer=127.0.0.1:5 host=h:8080 path="/a b?c" command=/bin/cat pid=7',
  );
});

test("logfmt", () => {
  expect(formatEvent({ ...EVENT, message: "two words" }, "logfmt")).toBe(
    'time=2026-01-02T03:04:05.678Z level=access msg="two words" session=1 id=0198 peer=127.0.0.1:5 host=h:8080 path="/a b?c" command=/bin/cat pid=7',
  );
});

test("json", () => {
  expect(JSON.parse(formatEvent(EVENT, "json"))).toEqual({
    time: "2026-01-02T03:04:05.678Z",
    level: "access",
    msg: "CONNECT",
    session: 1,
    id: "0198",
    peer: "127.0.0.1:5",
    host: "h:8080",
    path: "/a b?c",
    command: "/bin/cat",
    pid: 7,
  });
});

test("websocketd: its columns, and of the fields those that it has", () => {
  // PARITY 1.6: `RFC1123Z | LEVEL(6) | category(10) | url:'…' id:'…' … | message`.
  const [date, ...columns] = formatEvent(EVENT, "websocketd").split(" | ");
  expect(date).toMatch(/^Fri, 02 Jan 2026 \d\d:\d\d:05 [+-]\d{4}$/);
  expect(new Date(date!)).toEqual(new Date("2026-01-02T03:04:05Z"));
  expect(columns).toEqual([
    "ACCESS",
    "session   ",
    "url:'http://h:8080/a b?c' id:'0198' remote:'127.0.0.1' command:'/bin/cat' pid:'7'",
    "CONNECT",
  ]);
  const server = { ...EVENT, category: "server", level: "info", fields: {}, message: "x" } as const;
  expect(formatEvent(server, "websocketd")).toEndWith(" | INFO   | server     |  | x");
  const v6 = { ...EVENT, fields: { peer: "[::1]:5" } };
  expect(formatEvent(v6, "websocketd")).toContain("| remote:'::1' |");
  const local = { ...EVENT, fields: { peer: "unix-socket" } };
  expect(formatEvent(local, "websocketd")).toContain("| remote:'unix-socket' |");
});

describe("nothing from outside writes a line, or obeys a terminal, or poses as a field", () => {
  const evil = "\x1b[31m\r\nx=y' | \"z\\\x7f\x9b\u2028";
  for (const format of LOG_FORMATS) {
    test(format, () => {
      const line = formatEvent(
        { ...EVENT, message: evil, fields: { path: evil, host: "h" } },
        format,
      );
      expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
      if (format === "json") expect(JSON.parse(line)).toMatchObject({ msg: evil, path: evil });
      if (format === "websocketd") expect(line).toContain("\\x27 | ");
      if (format === "logfmt") expect(line.match(/ x=y/)).toBeNull();
    });
  }
});

describe("a line that would be too long is the same with less text in it", () => {
  const long: LogEvent = {
    ...EVENT,
    message: "\x1b".repeat(4096),
    fields: { ...EVENT.fields, path: "\u2028é".repeat(4096), origin: "z".repeat(3000) },
  };
  for (const format of LOG_FORMATS) {
    test(format, () => {
      const line = formatShortened(long, format, 4095);
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(4095);
      expect(Buffer.byteLength(line)).toBeGreaterThan(1000);
      expect(line).toContain("\u2026");
      expect(line).toContain("/bin/cat");
      if (format === "json") expect(JSON.parse(line)).toMatchObject({ session: 1, pid: 7 });
      expect(formatShortened(EVENT, format, 4095)).toBe(formatEvent(EVENT, format));
    });
  }
});

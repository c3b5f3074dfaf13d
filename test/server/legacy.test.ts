// What a successor takes of its predecessor's sockets: those of the addresses it wants, by whatever name.

import { existsSync, lstatSync } from "node:fs";
import { expect, test } from "bun:test";
import { hold } from "../../src/net/held-socket.ts";
import { boundTo, Legacy, wishFor, type LegacySocket } from "../../src/server/legacy.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { isListening } from "../support/server-processes.ts";

const HOST = "127.0.0.1";

function tcp(asked: number, bound: number, fd: number, purpose = "clients"): LegacySocket {
  const at = { hostname: HOST, port: asked };
  const address = boundTo({ hostname: HOST, port: bound });
  return { wish: wishFor(at, purpose), bound: address, name: "", inode: 0, descriptors: [fd] };
}

function legacyOf(...sockets: LegacySocket[]): Legacy {
  return new Legacy({ sockets, admin: null }, () => false);
}

test("by what the configuration says, and each once", () => {
  const legacy = legacyOf(tcp(0, 4000, 10), tcp(0, 4001, 11, "redirect"), tcp(80, 80, 12));
  const free = { hostname: HOST, port: 0 };
  expect(legacy.has(free, "clients")).toBe(true);
  expect(legacy.take(free, "redirect")).toEqual([11]);
  expect(legacy.take(free, "clients")).toEqual([10]);
  expect(legacy.take(free, "clients")).toBe(null);
  expect(legacy.has(free, "clients")).toBe(false);
  expect(legacy.take({ hostname: HOST, port: 80 }, "clients")).toEqual([12]);
});

test("by where a socket is bound, whatever it was for", () => {
  const legacy = legacyOf(tcp(0, 4000, 10), tcp(81, 81, 11, "redirect"));
  expect(legacy.take({ hostname: HOST, port: 4001 }, "clients")).toBe(null);
  expect(legacy.take({ hostname: HOST, port: 4000 }, "clients")).toEqual([10]);
  expect(legacy.take({ hostname: HOST, port: 81 }, "clients")).toEqual([11]);
  const own = { ...tcp(0, 4000, 12), bound: boundTo({ hostname: "[::1]", port: 80 }) };
  expect(legacyOf(own).take({ hostname: "::1", port: 80 }, "clients")).toEqual([12]);
});

test("a Unix socket as long as its file is the one that was made", () => {
  using directory = new TestDirectory();
  const path = directory.write("socket", "");
  const inode = lstatSync(path).ino;
  const socket = { ...tcp(0, 0, 10), wish: wishFor({ path }, "local"), bound: "" };
  expect(legacyOf({ ...socket, inode: inode + 1 }).take({ path }, "local")).toBe(null);
  expect(legacyOf({ ...socket, inode }).take({ path: `${path}2` }, "local")).toBe(null);
  expect(legacyOf({ ...socket, inode }).take({ path }, "local")).toEqual([10]);
});

test("those of who started us all", () => {
  const legacy = legacyOf({ ...tcp(0, 4000, 10), wish: null, name: "web" }, tcp(80, 80, 11));
  expect(legacy.takeInherited()).toEqual([{ fd: 10, name: "web" }]);
  expect(legacy.takeInherited()).toEqual([]);
});

test("what nobody wants is closed, and its file removed, once it is ours", () => {
  using directory = new TestDirectory();
  const path = directory.file("socket");
  const { fd, port } = hold({ hostname: HOST, port: 0 });
  const local = hold({ path });
  const inode = lstatSync(path).ino;
  const socket = { ...tcp(0, 0, local.fd), wish: wishFor({ path }, "local"), inode };
  const legacy = legacyOf(tcp(0, port, fd), socket);
  expect([isListening(port), existsSync(path)]).toEqual([true, true]);
  legacy.settle();
  expect([isListening(port), existsSync(path)]).toEqual([false, false]);
});

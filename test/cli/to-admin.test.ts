// --admin and --health: where somebody may ask, and what is refused before anything starts.

import { describe, expect, test } from "bun:test";
import { configOf, errorOf } from "./config-of.ts";

const taken = (...words: string[]) => configOf(...words, "cat").admin;

test.each([
  ["127.0.0.1:9090", { hostname: "127.0.0.1", port: 9090 }],
  ["127.8.8.8:0", { hostname: "127.8.8.8", port: 0 }],
  ["[::1]:9090", { hostname: "[::1]", port: 9090 }],
  ["localhost:9090", { hostname: "localhost", port: 9090 }],
  ["unix:/run/admin", { path: "/run/admin" }],
  ["unix:admin", { path: "admin" }],
])("%s", (text, admin) => expect(taken(`--admin=${text}`)).toEqual(admin));

test("others may reach it where that is said", () => {
  const words = ["--admin=192.0.2.1:9090", "--admin-remote"];
  expect(taken(...words)).toEqual({ hostname: "192.0.2.1", port: 9090 });
});

test("the port of clients at another address is free", () => {
  const words = ["--admin=127.0.0.1:80", "--address=127.0.0.2"];
  expect(taken(...words)).toEqual({ hostname: "127.0.0.1", port: 80 });
  expect(taken("--admin=127.0.0.1:80", "--unixsocket=/s")).toMatchObject({ port: 80 });
});

test("--health is for others, too", () => {
  const health = (...words: string[]) => configOf(...words, "cat").health;
  expect(health("--health=0.0.0.0:9091")).toEqual({ hostname: "0.0.0.0", port: 9091 });
  expect(health("--health=[::]:9091", "--admin=[::1]:9090")).toMatchObject({ port: 9091 });
  expect(health()).toBeNull();
});

describe("what is refused", () => {
  const CASES: readonly (readonly [words: string, problem: string])[] = [
    ["--admin=9090", "wants ADDRESS:PORT, such as 127.0.0.1:9090, or unix:PATH"],
    ["--admin=127.0.0.1:65536", "wants ADDRESS:PORT"],
    ["--admin=:9090", "wants ADDRESS:PORT"],
    ["--admin=::1:9090", "wants ADDRESS:PORT"],
    ["--admin=unix:", "wants a path"],
    ["--admin-remote", "--admin-remote needs --admin=ADDRESS:PORT"],
    [
      "--admin=0.0.0.0:9090",
      "whoever reaches it sees every session, and can end it (--admin-remote",
    ],
    ["--admin=[::]:9090", "--admin-remote if that is meant"],
    ["--admin=192.0.2.1:9090", "else 127.0.0.1"],
    ["--admin=example.com:9090", "--admin-remote if that is meant"],
    ["--admin=128.0.0.1:9090", "--admin-remote if that is meant"],
    ["--admin=127.0.0.1:80", "clients connect there (choose another port)"],
    ["--port=9090 --admin=127.0.0.1:9090", "clients connect there"],
    ["--port=9090 --address=127.0.0.1 --admin=localhost:9090", "clients connect there"],
    ["--port=9090 --address=0.0.0.0 --admin=127.0.0.1:9090", "clients connect there"],
    ["--port=9090 --address=[0:0::1] --admin=[::1]:9090", "clients connect there"],
    ["--port=9090 --address=[::1] --admin=[::]:9090 --admin-remote", "clients connect there"],
    ["--redirport=9090 --admin=127.0.0.1:9090", "clients connect there"],
    ["--unixsocket=/a/../s --admin=unix:/s", "clients connect there (choose another path)"],
    ["--inetd --admin=127.0.0.1:9090", "--inetd is for one client: leave --admin out"],
    ["--health=9091", "--health=9091: wants ADDRESS:PORT, such as 0.0.0.0:9091"],
    ["--health=unix:/run/health", "wants ADDRESS:PORT"],
    ["--health=0.0.0.0:80", "clients connect there (choose another port)"],
    ["--health=127.0.0.1:9090 --admin=127.0.0.1:9090", "that is --admin, which has all of it"],
    ["--inetd --health=127.0.0.1:9090", "--inetd is for one client: leave --health out"],
  ];
  for (const [words, problem] of CASES) {
    test(words, () => expect(errorOf(...words.split(" "), "cat")).toContain(problem));
  }
});

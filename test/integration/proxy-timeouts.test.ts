// docs/troubleshooting.md on 1006 behind a proxy: its timeout ends a WebSocket on which nothing moves, and --pingms keeps it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import {
  HAPROXY_BIND,
  noHaproxy,
  noNginx,
  startHaproxy,
  startNginx,
  type RealProxy,
} from "../support/real-proxies.ts";
import { within } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const PAGE = readFileSync(join(import.meta.dir, "../../docs/troubleshooting.md"), "utf8");
/** The proxy's; a busy machine must not be late by so much. */
const TIMEOUT_S = 6;
/** Less, as the page says. */
const PING_MS = 2000;

interface Client {
  readonly socket: WebSocket;
  readonly opened: Promise<unknown>;
  readonly closed: Promise<number>;
}

function connect({ port }: RealProxy): Client {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  return {
    socket,
    opened: new Promise((resolve) => (socket.onopen = resolve)),
    closed: new Promise((resolve) => (socket.onclose = ({ code }) => resolve(code))),
  };
}

/** What the client that is cut is told, and the log. */
interface Told {
  readonly code: number;
  readonly reason: string;
}

const LOST: Told = { code: 1006, reason: "connection lost" };

/** `start` puts a proxy before a port. The client that is pinged comes first, and is there when the other is cut. */
async function expectCut(start: (port: number) => RealProxy, told: Told): Promise<void> {
  expect(PAGE).toContain(`\`${told.reason}\``);
  await using pinging = await startServer([`--pingms=${PING_MS}`, "cat"]);
  await using silent = await startServer(["--pingms=0", "cat"]);
  await using before = start(pinging.port);
  await using beforeSilent = start(silent.port);
  const kept = connect(before);
  await within("the first", kept.opened);
  const cut = connect(beforeSilent);
  await within("the second", cut.opened);
  expect(await within("its end", cut.closed)).toBe(told.code);
  expect(await silent.logged(/ DISCONNECT /)).toEndWith(` reason="${told.reason}"`);
  const answer = new Promise((resolve) => {
    kept.socket.onmessage = ({ data }) => resolve(data);
  });
  kept.socket.send("still here");
  expect(await within("the echo", answer)).toBe("still here");
  kept.socket.close();
  await within("the Close", kept.closed);
}

test.concurrent.skipIf(noNginx)("nginx: proxy_read_timeout", async () => {
  expect(PAGE).toContain("`proxy_read_timeout`");
  using directory = new TestDirectory();
  const start = (port: number) =>
    startNginx(directory, (address) =>
      [
        "http {",
        `server { listen ${address}; location / {`,
        `proxy_pass http://127.0.0.1:${port}; proxy_http_version 1.1;`,
        "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;",
        `proxy_read_timeout ${TIMEOUT_S}s; } } }`,
      ].join("\n"),
    );
  await expectCut(start, { code: 1006, reason: "exit 0" });
});

const HAPROXY_TIMES = [
  ["timeout tunnel", `timeout client 1m\n timeout server 1m\n timeout tunnel ${TIMEOUT_S}s`, LOST],
  [
    "timeout client",
    `timeout client ${TIMEOUT_S}s\n timeout server 1m`,
    { code: 1000, reason: "exit 0" },
  ],
  ["timeout server", `timeout client 1m\n timeout server ${TIMEOUT_S}s`, LOST],
] as const;

test.concurrent.skipIf(noHaproxy).each(HAPROXY_TIMES)("haproxy: %s", async (name, times, told) => {
  expect(PAGE).toContain(`\`${name}\``);
  using directory = new TestDirectory();
  const defaults = `defaults\n mode http\n timeout connect 5s\n ${times}`;
  const web = `${defaults}\nlisten web\n ${HAPROXY_BIND}\n server s`;
  await expectCut((port) => startHaproxy(directory, `${web} 127.0.0.1:${port}`), told);
});

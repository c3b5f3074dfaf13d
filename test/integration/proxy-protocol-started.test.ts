// --proxy-protocol on sockets that somebody else opened, and on the port that only redirects.

import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { selfSigned, type CertificatePaths } from "../support/certificates.ts";
import { curl, HAS_CURL } from "../support/curl.ts";
import { called, inetd, INETD } from "../support/inetd.ts";
import { missing } from "../support/missing-peer.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { seenVariables } from "../support/seen-variables.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { isListening, unreadFrom } from "../support/server-processes.ts";
import { PROGRAM, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";
import { freePort, StartedProcess } from "../support/started-process.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const SYSTEMD = "systemd-socket-activate";
const noSystemd = missing(SYSTEMD, Bun.which(SYSTEMD) !== null);
const noInetd = missing("inetd", existsSync(INETD));
const noOpenssl = missing("openssl", Bun.which("openssl") !== null);
const OPTIONS = ["--trusted-proxy=127.0.0.1", "--proxy-protocol"];
const LINE = "PROXY TCP4 192.0.2.9 198.51.100.3 4711 443\r\n";

async function expectSeen(port: number): Promise<void> {
  await eventually("that somebody listens", () => isListening(port));
  using client = await RawClient.connect(port);
  client.write(LINE.slice(0, 20));
  // A server that thought nobody was there would end now.
  await eventually("that it is taken", () => unreadFrom(client.port) === 0);
  client.write(LINE.slice(20) + requestHead());
  expect(await client.head()).toStartWith("HTTP/1.1 101 ");
  expect((await seenVariables(client)).get("REMOTE_ADDR")).toBe("192.0.2.9");
}

describe.skipIf(noSystemd)(SYSTEMD, () => {
  for (const [name, ...accept] of [["one server"], ["a server for each", "--accept"]] as const) {
    test(name, async () => {
      const port = freePort();
      const words = [SYSTEMD, ...accept, "-l", `127.0.0.1:${port}`, ...PROGRAM, ...OPTIONS, "env"];
      await using _ = new StartedProcess(words);
      await expectSeen(port);
    });
  }
});

describe.skipIf(noInetd)("inetd", () => {
  for (const names of [["first"], ["first", "second"]]) {
    test.skipIf(noOpenssl || !HAS_CURL)(
      `TLS, ${names.length} certificate(s), and a client that waits`,
      async () => {
        using directory = new TestDirectory();
        const files = names.flatMap((name) => {
          const { certificate, key } = selfSigned(directory, name, [`DNS:${name}.test`]);
          return [`--sslcert=${certificate}`, `--sslkey=${key}`];
        });
        const words = [...called("bun"), "--inetd", ...OPTIONS, "--ssl", ...files, "cat"];
        const { port, process } = inetd(directory, "nowait", words);
        await using _ = process;
        await eventually("that somebody listens", () => isListening(port));
        using waiting = await RawClient.connect(port);
        waiting.write(LINE);
        await eventually("that it is taken", () => unreadFrom(waiting.port) === 0);
        const url = `https://127.0.0.1:${port}/`;
        expect((await curl(["-k", "--haproxy-protocol", url])).status).toBe(404);
        // A server that thought nobody was there would have ended meanwhile.
        waiting.write("GET / HTTP/1.1\r\n\r\n");
        expect(await waiting.head()).toStartWith("HTTP/1.1 400 ");
      },
    );
  }

  for (const [wait, ...more] of [["nowait"], ["wait", "--exit-idle=100ms"]] as const) {
    test(wait, async () => {
      using directory = new TestDirectory();
      const words = [...called("bun"), "--inetd", ...more, ...OPTIONS, "env"];
      const { port, process } = inetd(directory, wait, words);
      await using _ = process;
      await expectSeen(port);
    });
  }
});

test("a Unix socket that is handed down needs unix among the trusted", async () => {
  using directory = new TestDirectory();
  const listener = Bun.listen({ unix: directory.file("s"), socket: { data() {} } });
  const words = ["--trusted-proxy=127.0.0.1", "--proxy-protocol", "cat"];
  // As systemd does: the process that is to have the socket is named before it is what it will be.
  const program = ["sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', "sh", ...PROGRAM, ...words];
  const child = Bun.spawn(program, {
    stdio: ["ignore", "ignore", "pipe", (listener as unknown as { fd: number }).fd],
  });
  expect(await new Response(child.stderr as ReadableStream).text()).toContain(
    "needs unix in --trusted-proxy",
  );
  expect(await child.exited).toBe(78);
  listener.stop(true);
});

describe.skipIf(noOpenssl)("the port that only redirects", () => {
  const directory = new TestDirectory();
  let pair: CertificatePaths;
  beforeAll(() => {
    pair = selfSigned(directory, "first", ["DNS:localhost"]);
  });
  afterAll(() => directory[Symbol.dispose]());

  test("wants the header, too, and tells the host that the proxy forwards", async () => {
    const redirect = freePort();
    const tls = ["--ssl", `--sslcert=${pair.certificate}`, `--sslkey=${pair.key}`];
    const fields = "--forwarded=x-forwarded-for,x-forwarded-host";
    const trusted = "--trusted-proxy=127.0.0.1,192.0.2.9";
    const options = [trusted, "--proxy-protocol", fields, ...tls, `--redirport=${redirect}`];
    await using server = await startServer([...options, "cat"]);
    using client = await RawClient.connect(redirect);
    client.write(`${LINE}GET /a HTTP/1.1\r\nHost: inner\r\nX-Forwarded-Host: outer\r\n\r\n`);
    expect(await client.head()).toContain(`\r\nLocation: https://outer:${server.port}/a\r\n`);
    using second = await RawClient.connect(redirect);
    second.write("GET / HTTP/1.1\r\nHost: inner\r\n\r\n");
    await second.ended();
    expect(await server.logged(/ PROXY REFUSED /)).toContain("begins without a header");
  });
});

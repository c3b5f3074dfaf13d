// Behind the real haproxy, configured as docs/proxies.md has it: clients are who they are, and cannot say otherwise.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { selfSigned, type CertificatePaths } from "../support/certificates.ts";
import { documentBlock, replaced } from "../support/document-blocks.ts";
import { missing } from "../support/missing-peer.ts";
import { HAPROXY_BIND, noHaproxy, startHaproxy, type RealProxy } from "../support/real-proxies.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";
import { PUBLIC_HOST, SPOOFED, variablesSeen, visit, VISITOR } from "../support/visitor.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const noOpenssl = missing("openssl", Bun.which("openssl") !== null);
const PAGE = "proxies.md";
const TRUSTED = "--trusted-proxy=127.0.0.1";
const HEADER = [TRUSTED, "--proxy-protocol"];

/** The options of the page's command, but for where it listens and its certificates. */
function optionsOf(name: string): string[] {
  const words = documentBlock(PAGE, `sh ${name}`).split(" ");
  return words.filter((word) => /^--(?:trusted-proxy|forwarded|proxy-protocol)/.test(word));
}

describe.skipIf(noHaproxy || noOpenssl)("haproxy", () => {
  const directory = new TestDirectory();
  let pair: CertificatePaths;
  let pem: string;

  beforeAll(() => {
    pair = selfSigned(directory, "first", [`DNS:${PUBLIC_HOST}`]);
    pem = directory.write("both.pem", directory.read("first.crt") + directory.read("first.key"));
  });
  afterAll(() => directory[Symbol.dispose]());

  /** The page's, in front of that port. */
  function byFields(port: number): RealProxy {
    const text = replaced(documentBlock(PAGE, "haproxy fields"), [
      ["bind :443", HAPROXY_BIND],
      ["/etc/haproxy/websockd.pem", pem],
      ["127.0.0.1:8080 check", `127.0.0.1:${port} check inter 20ms`],
    ]);
    return startHaproxy(directory, text);
  }

  function byHeader(target: string, send: string, mode = "tcp", bind = ""): RealProxy {
    const text = replaced(documentBlock(PAGE, "haproxy header"), [
      ["mode tcp", `mode ${mode}`],
      ["bind :443", `${HAPROXY_BIND} ${bind}`],
      ["127.0.0.1:8080 send-proxy-v2 check", `${target} ${send} check inter 20ms`],
    ]);
    return startHaproxy(directory, text);
  }

  /** haproxy with nothing but `option forwardfor`. */
  function stock(port: number): RealProxy {
    const defaults =
      "defaults\n mode http\n timeout connect 5s\n timeout client 1m\n timeout server 1m";
    const server = `listen web\n ${HAPROXY_BIND}\n option forwardfor\n server s 127.0.0.1:${port}`;
    return startHaproxy(directory, `${defaults}\n${server}`);
  }

  const secure = { serverName: PUBLIC_HOST };
  const CLIENT = { REMOTE_ADDR: VISITOR, REMOTE_HOST: VISITOR, REMOTE_PORT: "" };

  test("by fields, with TLS at haproxy", async () => {
    await using server = await startServer([...optionsOf("fields"), "env"]);
    await using proxy = byFields(server.port);
    const expected = {
      ...CLIENT,
      HTTPS: "on",
      SERVER_NAME: PUBLIC_HOST,
      SERVER_PORT: "443",
      HTTP_HOST: PUBLIC_HOST,
      HTTP_X_FORWARDED_FOR: VISITOR,
    };
    expect(await variablesSeen(proxy.port, secure)).toMatchObject(expected);
    const line = await server.logged(/ CONNECT /);
    expect(line).toContain(` peer=${VISITOR} host=${PUBLIC_HOST} `);
    const spoofed = await variablesSeen(proxy.port, { ...secure, fields: SPOOFED });
    expect(spoofed).toMatchObject({
      ...expected,
      HTTP_X_FORWARDED_FOR: `203.0.113.9, ${VISITOR}`,
      HTTP_FORWARDED: expect.stringContaining("203.0.113.9"),
    });
  });

  test("by fields: Origin and Host are those of the client's side", async () => {
    const host = `--host=${PUBLIC_HOST}`;
    await using server = await startServer([...optionsOf("fields"), "--sameorigin", host, "cat"]);
    await using proxy = byFields(server.port);
    for (const [origin, status] of [
      [`https://${PUBLIC_HOST}`, 101],
      [`http://${PUBLIC_HOST}`, 403],
      ["https://spoofed.test", 403],
    ] as const) {
      const fields = [...SPOOFED, `Origin: ${origin}`];
      await using guest = await visit(proxy.port, { ...secure, fields });
      expect(guest.head, origin).toStartWith(`HTTP/1.1 ${status} `);
    }
  });

  test("an echo, and --maxforks-per-ip by the client's own address", async () => {
    const options = [...optionsOf("fields"), "--maxforks-per-ip=1"];
    await using server = await startServer([...options, "cat"]);
    await using proxy = byFields(server.port);
    await using first = await visit(proxy.port, secure);
    first.client.text("hello");
    expect(await first.client.line()).toBe("hello");
    await using second = await visit(proxy.port, { ...secure, fields: SPOOFED });
    expect(second.head).toStartWith("HTTP/1.1 429 ");
    await using other = await visit(proxy.port, { ...secure, from: "127.0.0.3" });
    other.client.text("me too");
    expect(await other.client.line()).toBe("me too");
  });

  test("of a haproxy that writes X-Forwarded-For alone nothing else is believed", async () => {
    await using server = await startServer([TRUSTED, "env"]);
    await using proxy = stock(server.port);
    const variables = await variablesSeen(proxy.port, { fields: SPOOFED });
    expect(variables).toMatchObject({ ...CLIENT, SERVER_NAME: PUBLIC_HOST, SERVER_PORT: "80" });
    expect(variables["HTTPS"]).toBeUndefined();
  });

  test("and nothing at all where it is not trusted", async () => {
    await using server = await startServer(["--trusted-proxy=10.0.0.0/8", "env"]);
    await using proxy = stock(server.port);
    const variables = await variablesSeen(proxy.port, { fields: SPOOFED });
    expect(variables).toMatchObject({ REMOTE_ADDR: "127.0.0.1", SERVER_NAME: PUBLIC_HOST });
  });

  for (const send of [
    "send-proxy",
    "send-proxy-v2",
    "send-proxy-v2 proxy-v2-options crc32c,authority",
  ]) {
    test(`${send}, TLS at websockd`, async () => {
      const tls = ["--ssl", `--sslcert=${pair.certificate}`, `--sslkey=${pair.key}`];
      for (const several of [[], tls.slice(1)]) {
        await using server = await startServer([...HEADER, ...tls, ...several, "env"]);
        await using proxy = byHeader(`127.0.0.1:${server.port}`, send);
        const variables = await variablesSeen(proxy.port, { ...secure, fields: SPOOFED });
        expect(variables).toMatchObject({
          REMOTE_ADDR: VISITOR,
          REMOTE_PORT: expect.stringMatching(/^\d+$/),
          HTTPS: "on",
          SSL_TLS_SNI: PUBLIC_HOST,
          SERVER_NAME: PUBLIC_HOST,
        });
      }
    });
  }

  for (const send of ["send-proxy-v2-ssl", "send-proxy-v2 proxy-v2-options ssl,cert-cn,crc32c"]) {
    test(`${send}, TLS at haproxy`, async () => {
      await using server = await startServer([...HEADER, "env"]);
      await using proxy = byHeader(`127.0.0.1:${server.port}`, send, "http", `ssl crt ${pem}`);
      const variables = await variablesSeen(proxy.port, { ...secure, fields: SPOOFED });
      expect(variables).toMatchObject({ REMOTE_ADDR: VISITOR, HTTPS: "on", SERVER_PORT: "443" });
      expect(variables["SSL_PROTOCOL"]).toBeUndefined();
    });
  }

  test("to a Unix socket", async () => {
    const path = directory.file("socket");
    const options = ["--trusted-proxy=unix", "--proxy-protocol", `--unixsocket=${path}`];
    await using server = await startServer([...options, "env"]);
    await using proxy = byHeader(`unix@${path}`, "send-proxy-v2");
    expect(await variablesSeen(proxy.port)).toMatchObject({ REMOTE_ADDR: VISITOR });
    expect(server.urls).toHaveLength(2);
  });

  test("one that sends no header is refused, and the log says what to do", async () => {
    await using server = await startServer([...HEADER, "cat"]);
    await using proxy = stock(server.port);
    await using guest = await visit(proxy.port);
    expect(guest.head).toStartWith("HTTP/1.1 502 ");
    expect(await server.logged(/ PROXY REFUSED /)).toContain("let the proxy send it");
  });

  // Without a header it leaves so early that nobody hears of it.
  for (const send of ["send-proxy", "send-proxy-v2"]) {
    test(`health checks with ${send} are no news`, async () => {
      await using server = await startServer([...HEADER, "--loglevel=debug", "cat"]);
      await using _ = byHeader(`127.0.0.1:${server.port}`, send);
      const checks = () => server.matching(/ DEBUG +(?:ABANDONED|PROXY REFUSED) /).length;
      await eventually("some health checks", () => checks() >= 3);
      expect(server.matching(/ (?:ACCESS|INFO|ERROR) /)).toEqual([]);
    });
  }
});

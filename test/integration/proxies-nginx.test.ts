// Behind the real nginx, configured as docs/proxies.md has it, and behind haproxy and nginx together.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { selfSigned, type CertificatePaths } from "../support/certificates.ts";
import { documentBlock, replaced } from "../support/document-blocks.ts";
import { missing } from "../support/missing-peer.ts";
import {
  HAPROXY_BIND,
  noHaproxy,
  noNginx,
  startHaproxy,
  startNginx,
  type RealProxy,
} from "../support/real-proxies.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";
import { PUBLIC_HOST, SPOOFED, variablesSeen, visit, VISITOR } from "../support/visitor.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const noOpenssl = missing("openssl", Bun.which("openssl") !== null);
const PAGE = "proxies.md";
const TRUSTED = "--trusted-proxy=127.0.0.1";
const FIELDS = documentBlock(PAGE, "sh fields").split(" ").slice(3, 5);
const secure = { serverName: PUBLIC_HOST };

describe.skipIf(noNginx || noOpenssl)("nginx", () => {
  const directory = new TestDirectory();
  let pair: CertificatePaths;

  beforeAll(() => {
    pair = selfSigned(directory, "first", [`DNS:${PUBLIC_HOST}`]);
  });
  afterAll(() => directory[Symbol.dispose]());

  function byFields(target: string): RealProxy {
    return startNginx(directory, (address) =>
      replaced(documentBlock(PAGE, "nginx fields"), [
        ["listen 443", `listen ${address}`],
        ["/etc/nginx/websockd.crt", pair.certificate],
        ["/etc/nginx/websockd.key", pair.key],
        ["http://127.0.0.1:8080", `http://${target}`],
      ]),
    );
  }

  function byHeader(port: number): RealProxy {
    return startNginx(directory, (address) =>
      replaced(documentBlock(PAGE, "nginx header"), [
        ["listen 443", `listen ${address}`],
        ["127.0.0.1:8080", `127.0.0.1:${port}`],
      ]),
    );
  }

  /** nginx with nothing but what a WebSocket needs and X-Forwarded-For. */
  function stock(port: number, more = ""): RealProxy {
    return startNginx(directory, (address) =>
      [
        "http {",
        `server { listen ${address}; location / {`,
        `proxy_pass http://127.0.0.1:${port}; proxy_http_version 1.1;`,
        "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;",
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
        `${more} } } }`,
      ].join("\n"),
    );
  }

  const EXPECTED = {
    REMOTE_ADDR: VISITOR,
    REMOTE_PORT: "",
    HTTPS: "on",
    SERVER_NAME: PUBLIC_HOST,
    SERVER_PORT: "443",
    HTTP_HOST: PUBLIC_HOST,
  };

  test("the page's command is what is tested", () => {
    expect(FIELDS).toEqual([TRUSTED, expect.stringMatching(/^--forwarded=/)]);
  });

  test("by fields, with TLS at nginx", async () => {
    await using server = await startServer([...FIELDS, "env"]);
    await using proxy = byFields(`127.0.0.1:${server.port}`);
    expect(await variablesSeen(proxy.port, secure)).toMatchObject(EXPECTED);
    const line = await server.logged(/ CONNECT /);
    expect(line).toContain(` peer=${VISITOR} host=${PUBLIC_HOST} `);
    const spoofed = await variablesSeen(proxy.port, { ...secure, fields: SPOOFED });
    expect(spoofed).toMatchObject({
      ...EXPECTED,
      HTTP_X_FORWARDED_FOR: `203.0.113.9, ${VISITOR}`,
      HTTP_X_FORWARDED_HOST: PUBLIC_HOST,
    });
  });

  test("an echo, the Origin rule, and --maxforks-per-ip by the client's own address", async () => {
    const options = [...FIELDS, "--maxforks-per-ip=1", `--host=${PUBLIC_HOST}`];
    await using server = await startServer([...options, "cat"]);
    await using proxy = byFields(`127.0.0.1:${server.port}`);
    const fields = [`Origin: https://${PUBLIC_HOST}`];
    await using first = await visit(proxy.port, { ...secure, fields });
    first.client.text("hello");
    expect(await first.client.line()).toBe("hello");
    await using second = await visit(proxy.port, { ...secure, fields: SPOOFED });
    expect(second.head).toStartWith("HTTP/1.1 429 ");
    const from = "127.0.0.3";
    await using page = await visit(proxy.port, { ...secure, from, fields: ["Origin: https://x"] });
    expect(page.head).toStartWith("HTTP/1.1 403 ");
    await using other = await visit(proxy.port, { ...secure, from, fields: SPOOFED });
    other.client.text("me too");
    expect(await other.client.line()).toBe("me too");
  });

  test("to a Unix socket, whose file says who is believed", async () => {
    const path = directory.file("socket");
    const unix = ["--trusted-proxy=unix", FIELDS[1]!, `--unixsocket=${path}`];
    await using server = await startServer([...unix, "env"]);
    await using proxy = byFields(`unix:${path}:`);
    expect(await variablesSeen(proxy.port, secure)).toMatchObject(EXPECTED);
    expect(await server.logged(/ CONNECT /)).toContain(` peer=${VISITOR} `);
  });

  test("of an nginx that writes X-Forwarded-For alone nothing else is believed", async () => {
    await using server = await startServer([TRUSTED, "env"]);
    await using proxy = stock(server.port);
    const variables = await variablesSeen(proxy.port, { fields: SPOOFED });
    expect(variables).toMatchObject({ REMOTE_ADDR: VISITOR, SERVER_NAME: "127.0.0.1" });
    expect(variables["HTTPS"]).toBeUndefined();
  });

  test("Forwarded, where nginx writes it and websockd is told so", async () => {
    const set =
      'proxy_set_header Forwarded "$http_forwarded, for=$remote_addr;proto=https;host=$http_host";';
    await using server = await startServer([TRUSTED, "--forwarded=forwarded", "env"]);
    await using proxy = stock(server.port, set);
    for (const fields of [[], SPOOFED]) {
      expect(await variablesSeen(proxy.port, { fields })).toMatchObject(EXPECTED);
    }
    // A client that spoils the line is the proxy, and nobody else.
    const spoiled = await variablesSeen(proxy.port, { fields: ['Forwarded: for=203.0.113.9;x="'] });
    expect(spoiled).toMatchObject({ REMOTE_ADDR: "127.0.0.1" });
  });

  test("by header: version 1, TLS at websockd", async () => {
    const tls = ["--ssl", `--sslcert=${pair.certificate}`, `--sslkey=${pair.key}`];
    const options = [TRUSTED, "--proxy-protocol", ...tls];
    await using server = await startServer([...options, "env"]);
    await using proxy = byHeader(server.port);
    const variables = await variablesSeen(proxy.port, { ...secure, fields: SPOOFED });
    expect(variables).toMatchObject({
      ...EXPECTED,
      REMOTE_PORT: expect.stringMatching(/^\d+$/),
      SSL_TLS_SNI: PUBLIC_HOST,
    });
  });

  test.skipIf(noHaproxy)("haproxy with a header before an nginx that adds a field", async () => {
    await using server = await startServer([TRUSTED, "env"]);
    await using inner = stock(server.port);
    const defaults =
      "defaults\n mode http\n timeout connect 5s\n timeout client 1m\n timeout server 1m";
    const front = `listen web\n ${HAPROXY_BIND}\n option forwardfor\n server s 127.0.0.1:${inner.port}`;
    await using outer = startHaproxy(directory, `${defaults}\n${front}`);
    const variables = await variablesSeen(outer.port, { fields: SPOOFED });
    expect(variables).toMatchObject({
      REMOTE_ADDR: VISITOR,
      HTTP_X_FORWARDED_FOR: `203.0.113.9, ${VISITOR}, 127.0.0.1`,
    });
  });
});

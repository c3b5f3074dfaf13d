// --proxy-protocol in front of TLS: the header is off before TLS has a byte, with curl and openssl as clients.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { selfSigned, type CertificatePaths } from "../support/certificates.ts";
import { curl, HAS_CURL } from "../support/curl.ts";
import { startRelay } from "../support/relay.ts";
import { missing } from "../support/missing-peer.ts";
import { binaryHeader, TLV_SSL } from "../support/proxy-header.ts";
import { RawClient } from "../support/raw-client.ts";
import { variablesIn } from "../support/seen-variables.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { TEXT_HEAD, writeScript } from "../support/server-scripts.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const isMissing = missing("openssl", Bun.which("openssl") !== null) || !HAS_CURL;
const OPTIONS = ["--trusted-proxy=127.0.0.1", "--proxy-protocol", "--ssl"];
const BINARY = binaryHeader({ tlvs: [[TLV_SSL, Uint8Array.of(0, 0, 0, 0, 0)]], sum: true });
const HEADERS = [Buffer.from("PROXY TCP4 192.0.2.9 198.51.100.3 4711 443\r\n"), BINARY];

describe.skipIf(isMissing)("--proxy-protocol --ssl", () => {
  const directory = new TestDirectory();
  let certificates: CertificatePaths[];

  beforeAll(() => {
    certificates = ["first", "second"].map((name) =>
      selfSigned(directory, name, [`DNS:${name}.test`]),
    );
    writeScript(directory, "env", `${TEXT_HEAD}; env`);
  });
  afterAll(() => directory[Symbol.dispose]());

  /** With so many certificates: with more than one the hello is waited for, too. */
  function start(count: number, ...words: string[]): Promise<TestServer> {
    const files = certificates.slice(0, count).flatMap(({ certificate, key }) => {
      return [`--sslcert=${certificate}`, `--sslkey=${key}`];
    });
    return startServer([...OPTIONS, ...files, ...words, `--cgidir=${directory.path}`]);
  }

  /** The variables that a script sees when curl asks for it under that name. */
  async function seen(port: number, name: string, ...words: string[]) {
    const { certificate } = certificates.find(({ key }) => key.endsWith(`${name}.key`))!;
    const trust = ["--cacert", certificate, "--resolve", `${name}.test:${port}:127.0.0.1`];
    const answer = await curl([...trust, ...words, `https://${name}.test:${port}/env`]);
    expect(answer).toMatchObject({ exitCode: 0, status: 200 });
    return variablesIn(answer.body);
  }

  for (const count of [1, 2]) {
    const names = ["first", "second"].slice(0, count);

    test(`${count} certificate(s): a header in one piece with the hello`, async () => {
      await using server = await start(count);
      for (const header of HEADERS) {
        await using relay = await startRelay(server.port, { header });
        for (const name of names) {
          const variables = await seen(relay.port, name);
          expect(variables.get("REMOTE_ADDR")).toBe("192.0.2.9");
          expect(variables.get("REMOTE_PORT")).toBe("4711");
          expect(variables.get("HTTPS")).toBe("on");
          expect(variables.get("SSL_TLS_SNI")).toBe(`${name}.test`);
        }
      }
    });

    test(`${count} certificate(s): curl's own header`, async () => {
      await using server = await start(count);
      const variables = await seen(server.port, names.at(-1)!, "--haproxy-protocol");
      expect(variables.get("REMOTE_ADDR")).toBe("127.0.0.1");
    });

    test(`${count} certificate(s): a hello without a header, and a header without a hello`, async () => {
      await using server = await start(count, "--loglevel=debug");
      const { exitCode } = await curl(["-k", `https://127.0.0.1:${server.port}/env`]);
      expect([35, 56]).toContain(exitCode); // CURLE_SSL_CONNECT_ERROR, CURLE_RECV_ERROR
      expect(await server.logged(/ PROXY REFUSED /)).toContain("begins without a header");
      using client = await RawClient.connect(server.port);
      client.write(Buffer.concat([HEADERS[0]!, Buffer.from("GET / HTTP/1.1\r\n\r\n")]));
      expect(await client.head()).toStartWith("HTTP/1.1 400 ");
    });
  }

  test("a handshake that fails is told of as the client's", async () => {
    await using server = await start(1);
    await using relay = await startRelay(server.port, { header: HEADERS[0]! });
    await curl([
      "--tls-max",
      "1.1",
      "--ciphers",
      "ALL:@SECLEVEL=0",
      `https://127.0.0.1:${relay.port}/`,
    ]);
    expect(await server.logged(/ TLS REFUSED /)).toContain(" peer=192.0.2.9 ");
  });
});

// --ssl with the real program, and openssl, curl and Bun as its clients.

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { connect as connectPlain } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { selfSigned, signedBy, type CertificatePaths } from "../support/certificates.ts";
import { frame } from "../support/frames.ts";
import { requestHead } from "../support/raw-handshake.ts";
import { payloads } from "../support/raw-payloads.ts";
import { within } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { missing } from "../support/missing-peer.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const isMissing =
  missing("openssl", Bun.which("openssl") !== null) || missing("curl", Bun.which("curl") !== null);

function sslOptions(...pairs: readonly CertificatePaths[]): string[] {
  return ["--ssl", ...pairs.flatMap((p) => [`--sslcert=${p.certificate}`, `--sslkey=${p.key}`])];
}

async function output(words: readonly string[], input = ""): Promise<string> {
  const child = Bun.spawn([...words], { stdin: new Blob([input]), stdout: "pipe", stderr: "pipe" });
  const texts = [new Response(child.stdout).text(), new Response(child.stderr).text()];
  try {
    return (await within(words[0]!, Promise.all(texts))).join("");
  } finally {
    child.kill("SIGKILL");
  }
}

function sClient(server: TestServer, ...words: string[]): Promise<string> {
  return output(["openssl", "s_client", "-connect", `127.0.0.1:${server.port}`, ...words]);
}

describe.skipIf(isMissing)("--ssl", () => {
  const directory = new TestDirectory();
  let first: CertificatePaths;
  let second: CertificatePaths;
  let authority: CertificatePaths;
  let client: CertificatePaths;

  beforeAll(() => {
    first = selfSigned(directory, "first", ["DNS:first.test", "DNS:localhost", "IP:127.0.0.1"]);
    second = selfSigned(directory, "second", ["DNS:second.test", "DNS:*.second.test"]);
    authority = selfSigned(directory, "authority", ["DNS:authority"]);
    client = signedBy(directory, authority, "/C=DE/O=Some, Org/CN=client one");
  });
  afterAll(() => directory[Symbol.dispose]());

  test("curl opens a WebSocket, and the program knows that it is TLS", async () => {
    await using server = await startServer([...sslOptions(first), "env"]);
    expect(server.url).toStartWith("wss://127.0.0.1:");
    const head = requestHead()
      .split("\r\n")
      .slice(2, 6)
      .flatMap((field) => ["-H", field]);
    const url = `https://localhost:${server.port}/x`;
    const words = ["curl", "-s", "-N", "--http1.1", "--max-time", "10"];
    const text = await output([...words, "--cacert", first.certificate, ...head, url]);
    for (const line of ["HTTPS=on", "SSL_PROTOCOL=TLSv1.3", "SSL_CLIENT_VERIFY=NONE"]) {
      expect(text).toContain(line);
    }
    expect(text).toMatch(/SSL_CIPHER=TLS_\w+/);
    expect(text).toContain("SSL_TLS_SNI=localhost");
  });

  test("TLS 1.2 is spoken, 1.1 is not, http/1.1 is agreed on by ALPN", async () => {
    await using server = await startServer([...sslOptions(first), "cat"]);
    expect(await sClient(server, "-tls1_2", "-alpn", "h2,http/1.1")).toMatch(
      /ALPN protocol: http\/1\.1[^]*Protocol {2}: TLSv1\.2/,
    );
    expect(await sClient(server, "-tls1_1")).toContain("alert protocol version");
  });

  test("plain HTTP is answered by a 400 that says what to do", async () => {
    for (const certificates of [[first], [first, second]]) {
      await using server = await startServer([...sslOptions(...certificates), "cat"]);
      const text = await output(["curl", "-s", "-i", `http://127.0.0.1:${server.port}/`]);
      expect(text).toStartWith("HTTP/1.1 400 ");
      expect(text).toContain("https:// or wss://");
    }
  });

  test("of several certificates the client gets the one for the name that it asks for", async () => {
    await using server = await startServer([...sslOptions(first, second), "cat"]);
    const subject = async (...words: string[]) =>
      /^subject=CN = (\w+)$/m.exec(await sClient(server, ...words))?.[1];
    expect(await subject("-servername", "first.test")).toBe("first");
    expect(await subject("-servername", "second.test")).toBe("second");
    expect(await subject("-servername", "a.second.test")).toBe("second");
    expect(await subject("-servername", "a.b.second.test")).toBe("first");
    expect(await subject("-servername", "other.test")).toBe("first");
    expect(await subject("-noservername")).toBe("first");
  });

  test("a hello in pieces, and one that never ends, hold up nobody", async () => {
    await using server = await startServer([...sslOptions(first, second), "cat"]);
    const never = connectPlain(server.port, "127.0.0.1");
    never.write(Uint8Array.of(22, 3, 1, 2, 0, 1));
    await sClient(server, "-servername", "second.test");
    const gone = new Promise((resolve) => never.on("close", resolve));
    never.on("error", () => {});
    never.resume();
    never.end();
    await within("the server's end of it", gone);
  });

  test("a health check that connects and leaves is no refusal", async () => {
    await using server = await startServer([...sslOptions(first), "--loglevel=debug", "cat"]);
    const check = connectPlain(server.port, "127.0.0.1");
    check.end();
    expect(await server.logged(/ TLS REFUSED /)).toContain(" DEBUG ");
  });

  test("the server's key is no file for --staticdir", async () => {
    const files = `--staticdir=${directory.path}`;
    await using server = await startServer([...sslOptions(first), files]);
    const status = async (name: string) => {
      const url = `https://localhost:${server.port}/${name}`;
      const words = ["curl", "-s", "-i", "--max-time", "10", "--cacert", first.certificate, url];
      return (await output(words)).slice(0, 12);
    };
    expect(await status("first.crt")).toBe("HTTP/1.1 200");
    expect(await status("first.key")).toBe("HTTP/1.1 404");
  });

  test("--sslca: a client needs a certificate, and the program gets to know it", async () => {
    const options = [...sslOptions(first), `--sslca=${authority.certificate}`];
    await using server = await startServer([...options, "env"]);
    const open = { host: "127.0.0.1", port: server.port, ca: [Bun.file(first.certificate)] };
    expect(await sClient(server, "-ign_eof")).toContain("alert certificate required");
    const other = ["-cert", second.certificate, "-key", second.key];
    expect(await sClient(server, ...other)).not.toContain("SSL_CLIENT");
    await server.logged(/ TLS REFUSED /);
    expect(open.port).toBe(server.port);
    const text = await request(server, client);
    expect(text).toContain("SSL_CLIENT_VERIFY=SUCCESS");
    expect(text).toContain("SSL_CLIENT_S_DN=CN=client one,O=Some\\, Org,C=DE");
    expect(text).toContain("SSL_CLIENT_S_DN_CN=client one");
    expect(text).toContain("SSL_CLIENT_I_DN=CN=authority");
    expect(await server.logged(/ CONNECT /)).toContain(' user="client one" ');
    expect(text).toContain("SSL_CLIENT_CERT=-----BEGIN CERTIFICATE-----");
    expect(text).toMatch(/SSL_CLIENT_FINGERPRINT=[0-9a-f]{64}/);
  });

  test("RFC 5280 4.1.2.6: a client's certificate may name it by its alternative name alone", async () => {
    const unnamed = signedBy(directory, authority, "/", "unnamed");
    const options = [...sslOptions(first), `--sslca=${authority.certificate}`, "--maxforks=1"];
    await using server = await startServer([...options, "env"]);
    expect(await request(server, unnamed)).toMatch(/SSL_CLIENT_S_DN_CN=[^=]/);
  });

  /** Opens a WebSocket by TLS, and returns all that comes. */
  function request(server: TestServer, own?: CertificatePaths): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const socket = openTls(server, own);
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    socket.on("end", () => resolve(text));
    socket.on("error", reject);
    socket.write(requestHead());
    return within("the server's end", promise);
  }

  function openTls(server: TestServer, own?: CertificatePaths): TLSSocket {
    const files =
      own === undefined ? {} : { cert: readFileSync(own.certificate), key: readFileSync(own.key) };
    const to = { host: "127.0.0.1", port: server.port, rejectUnauthorized: false };
    return connect({ ...to, ...files });
  }

  test("20 MB each way, through a slow reader, arrive as they were sent", async () => {
    await using server = await startServer([...sslOptions(first), "--framing=raw", "cat"]);
    const size = 20_000_000;
    const content = Buffer.alloc(size, 0).map((_, i) => (i * 7 + (i >> 8)) & 0xff);
    const socket = openTls(server);
    const got: Buffer[] = [];
    let length = 0;
    const whole = Promise.withResolvers<void>();
    socket.on("error", whole.reject);
    socket.on("data", (chunk: Buffer) => {
      got.push(chunk);
      length += chunk.length;
      socket.pause();
      setImmediate(() => socket.resume());
      if (length >= size) whole.resolve();
    });
    socket.write(requestHead());
    for (let at = 0; at < size; at += 50_000) {
      socket.write(frame({ opcode: 2, payload: content.subarray(at, at + 50_000) }));
    }
    await within("20 MB", whole.promise);
    socket.end(frame({ opcode: 8, payload: Uint8Array.of(3, 232) }));
    await within("the end", new Promise((resolve) => socket.on("close", resolve)));
    const all = Buffer.concat(got);
    expect(Buffer.compare(payloads(all.subarray(all.indexOf("\r\n\r\n") + 4)), content)).toBe(0);
  });

  test("SIGHUP reads the certificates again, sessions go on; a bad file changes nothing", async () => {
    const live = { certificate: directory.file("live.crt"), key: directory.file("live.key") };
    const install = (from: CertificatePaths) => {
      copyFileSync(from.certificate, live.certificate);
      copyFileSync(from.key, live.key);
    };
    install(first);
    await using server = await startServer([...sslOptions(live), "cat"]);
    const socket = openTls(server);
    const opened = new Promise((resolve) => socket.once("data", resolve));
    socket.write(requestHead());
    await within("the 101", opened);
    install(second);
    server.signal("SIGHUP");
    await server.logged(/ certificates read/);
    expect(await sClient(server)).toContain("subject=CN = second");
    writeFileSync(live.certificate, "no certificate");
    server.signal("SIGHUP");
    expect(await server.logged(/ certificates stay as they were/)).toContain(
      "no certificate in PEM",
    );
    expect(await sClient(server)).toContain("subject=CN = second");
    const echoed = new Promise<Buffer>((resolve) => socket.once("data", resolve));
    socket.write(frame({ opcode: 1, payload: "still here" }));
    expect((await within("the echo", echoed)).toString("latin1")).toContain("still here");
    socket.destroy();
  });

  test.each<[name: string, words: () => string[], text: RegExp]>([
    [
      "no file",
      () => sslOptions({ ...first, key: "/none" }),
      /--sslkey=\/none: there is no such file/,
    ],
    ["a key for another", () => sslOptions({ ...first, key: second.key }), /is not the key of/],
    ["no PEM", () => sslOptions({ ...first, certificate: first.key }), /no certificate in PEM/],
  ])("%s: exit 78, and the text says which file", async (_, words, text) => {
    const { status, stderr } = await runProgram([...words(), "--port=0", "cat"]);
    expect(status).toBe(78);
    expect(stderr).toMatch(text);
  });
});

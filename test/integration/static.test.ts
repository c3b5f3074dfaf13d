// --staticdir with the real program and curl: types, parts, conditions, and what is never served.

import { linkSync, mkdirSync, symlinkSync, truncateSync, utimesSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { curl, HAS_CURL, type CurlAnswer } from "../support/curl.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { descriptorsOf } from "../support/server-processes.ts";
import { eventually, within } from "../support/server-deadline.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const LARGE_SIZE = 20_000_000;
const MODIFIED = new Date("2026-01-02T03:04:05Z");

describe.skipIf(!HAS_CURL)("--staticdir", () => {
  const directory = new TestDirectory();
  let server: TestServer;

  beforeAll(async () => {
    for (const path of ["pub/sub", "pub/bare", "pub/cgi", "pub/.git", "pub/.well-known"]) {
      mkdirSync(directory.file(path), { recursive: true });
    }
    directory.write("secret", "secret");
    directory.write("pub/index.html", "<p>index");
    directory.write("pub/a.txt", "0123456789");
    directory.write("pub/b c.js", "1");
    directory.write("pub/empty", "");
    directory.write("pub/sub/index.html", "sub");
    directory.write("pub/sub/.hidden", "secret");
    directory.write("pub/.git/config", "secret");
    directory.write("pub/.well-known/x", "known");
    directory.write(
      "pub/cgi/run.sh",
      "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nran'\n",
      0o755,
    );
    directory.write("pub/cgi/source.sh", "secret", 0o644);
    directory.write("pub/large", "x".repeat(LARGE_SIZE));
    symlinkSync("../secret", directory.file("pub/out"));
    symlinkSync("..", directory.file("pub/up"));
    symlinkSync("a.txt", directory.file("pub/in"));
    linkSync(directory.file("pub/a.txt"), directory.file("pub/hard"));
    Bun.spawnSync(["mkfifo", directory.file("pub/fifo")]);
    utimesSync(directory.file("pub/a.txt"), MODIFIED, MODIFIED);
    const words = [`--staticdir=${directory.file("pub")}`, `--cgidir=${directory.file("pub/cgi")}`];
    server = await startServer([...words, "cat"]);
  });
  afterAll(async () => {
    await server.stop();
    directory[Symbol.dispose]();
  });

  const get = (path: string, ...words: string[]): Promise<CurlAnswer> =>
    curl([...words, "--path-as-is", `http://127.0.0.1:${server.port}${path}`]);

  test("a file: its bytes, type, length, date and tag", async () => {
    const answer = await get("/a.txt");
    expect(answer).toMatchObject({ status: 200, body: "0123456789" });
    expect(Object.fromEntries(answer.fields)).toEqual({
      "accept-ranges": "bytes",
      connection: "close",
      "content-length": "10",
      "content-type": "text/plain;charset=utf-8",
      etag: expect.stringMatching(/^"[0-9a-z]+-a-[0-9a-z]+"$/),
      "last-modified": "Fri, 02 Jan 2026 03:04:05 GMT",
      "x-content-type-options": "nosniff",
    });
    expect((await get("/b%20c.js")).fields.get("content-type")).toStartWith("text/javascript");
    expect(await get("/empty")).toMatchObject({ status: 200, body: "" });
  });

  test("HEAD has the fields of GET and no body", async () => {
    const answer = await get("/a.txt", "-I");
    expect(answer).toMatchObject({ status: 200, body: "", exitCode: 0 });
    expect(answer.fields.get("content-length")).toBe("10");
  });

  test("a large file arrives whole", async () => {
    const answer = await get("/large");
    expect(answer.exitCode).toBe(0);
    expect(answer.body.length).toBe(LARGE_SIZE);
  });

  test("directories: index.html, a slash that is missing, no listing", async () => {
    expect(await get("/")).toMatchObject({ status: 200, body: "<p>index" });
    expect(await get("/sub/")).toMatchObject({ status: 200, body: "sub" });
    const moved = await get("/sub?q=1");
    expect(moved.status).toBe(301);
    expect(moved.fields.get("location")).toBe("sub/?q=1");
    expect((await get("/sub/index.html")).fields.get("location")).toBe("./");
    expect((await get("/bare/")).status).toBe(404);
    expect((await get("/a.txt/")).status).toBe(404);
  });

  test("what is never served", async () => {
    const paths = [
      "/none",
      "/out",
      "/up/secret",
      "/../secret",
      "/%2e%2e/secret",
      "/sub/..%2f..%2fsecret",
      "/sub/.hidden",
      "/.git/config",
      "/fifo",
      "/cgi/source.sh",
      "/cgi/",
      "/cgi",
      "/a.txt%00",
      `/${"x".repeat(300)}`,
    ];
    for (const path of paths) {
      const answer = await get(path);
      expect(answer.status, path).toBe(404);
      expect(answer.body).not.toContain("secret");
    }
    await server.logged(/out" is a link out of/);
  });

  test("links that stay inside are followed, .well-known is public, scripts run", async () => {
    expect((await get("/in")).body).toBe("0123456789");
    expect((await get("/hard")).body).toBe("0123456789");
    expect((await get("/.well-known/x")).body).toBe("known");
    expect((await get("/run.sh")).body).toBe("ran");
  });

  test("another method is 405, and 404 where there is nothing", async () => {
    const answer = await get("/a.txt", "-X", "DELETE");
    expect(answer.status).toBe(405);
    expect(answer.fields.get("allow")).toBe("GET, HEAD");
    expect((await get("/none", "-X", "DELETE")).status).toBe(404);
  });

  test("RFC 9110 14: parts", async () => {
    const part = await get("/a.txt", "-r", "2-4");
    expect(part).toMatchObject({ status: 206, body: "234" });
    expect(part.fields.get("content-range")).toBe("bytes 2-4/10");
    expect(await get("/a.txt", "-r", "-3")).toMatchObject({ status: 206, body: "789" });
    expect(await get("/a.txt", "-r", "0-1,3-4")).toMatchObject({ status: 200, body: "0123456789" });
    const none = await get("/a.txt", "-r", "10-");
    expect(none.status).toBe(416);
    expect(none.fields.get("content-range")).toBe("bytes */10");
    const tag = (await get("/a.txt")).fields.get("etag")!;
    const ifRange = (value: string) => get("/a.txt", "-r", "0-0", "-H", `If-Range: ${value}`);
    expect((await ifRange(tag)).status).toBe(206);
    expect((await ifRange(`W/${tag}`)).status).toBe(200);
    expect((await ifRange("Fri, 02 Jan 2026 03:04:05 GMT")).status).toBe(206);
    expect((await ifRange("Fri, 02 Jan 2026 03:04:06 GMT")).status).toBe(200);
  });

  test("RFC 9110 13: conditions", async () => {
    const tag = (await get("/a.txt")).fields.get("etag")!;
    const CASES: readonly (readonly [field: string, status: number])[] = [
      [`If-None-Match: ${tag}`, 304],
      [`If-None-Match: "x", W/${tag}`, 304],
      ["If-None-Match: *", 304],
      ['If-None-Match: "x"', 200],
      [`If-Match: ${tag}`, 200],
      ["If-Match: *", 200],
      [`If-Match: W/${tag}`, 412],
      ['If-Match: "x"', 412],
      ["If-Modified-Since: Fri, 02 Jan 2026 03:04:05 GMT", 304],
      ["If-Modified-Since: Friday, 02-Jan-26 03:04:05 GMT", 304],
      ["If-Modified-Since: Fri Jan  2 03:04:05 2026", 304],
      ["If-Modified-Since: Fri, 02 Jan 2026 03:04:04 GMT", 200],
      ["If-Modified-Since: nonsense", 200],
      ["If-Unmodified-Since: Fri, 02 Jan 2026 03:04:05 GMT", 200],
      ["If-Unmodified-Since: Fri, 02 Jan 2026 03:04:04 GMT", 412],
    ];
    for (const [field, status] of CASES) {
      expect((await get("/a.txt", "-H", field)).status, field).toBe(status);
    }
    // 13.2.2: a tag goes before a date.
    const both = [
      "-H",
      'If-None-Match: "x"',
      "-H",
      "If-Modified-Since: Sat, 02 Jan 2027 03:04:05 GMT",
    ];
    expect((await get("/a.txt", ...both)).status).toBe(200);
  });

  test("a client that leaves in the middle leaves no descriptor open; a file that shrinks is cut", async () => {
    const before = descriptorsOf(server.pid);
    for (let i = 0; i < 10; i++) {
      const socket = connect({ port: server.port, host: "127.0.0.1" });
      const begun = new Promise((resolve) => socket.once("data", resolve));
      socket.write("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
      await within("its begin", begun);
      socket.resetAndDestroy();
    }
    await eventually("all closed", () => descriptorsOf(server.pid) <= before);
    directory.write("pub/shrinks", "y".repeat(LARGE_SIZE));
    const socket = connect({ port: server.port, host: "127.0.0.1" });
    const begun = new Promise((resolve) => socket.once("data", resolve));
    const gone = new Promise((resolve) => socket.once("close", resolve));
    let length = 0;
    socket.on("data", (chunk) => (length += chunk.length));
    socket.on("error", () => {});
    socket.write("GET /shrinks HTTP/1.1\r\nHost: h\r\n\r\n");
    await within("its begin", begun);
    socket.pause();
    truncateSync(directory.file("pub/shrinks"), 1);
    socket.resume();
    await within("the cut", gone);
    expect(length).toBeLessThan(LARGE_SIZE);
    await eventually("all closed", () => descriptorsOf(server.pid) <= before);
  });
});

test("a file that is under way when the server is told to stop arrives whole", async () => {
  using directory = new TestDirectory();
  directory.write("large", "x".repeat(LARGE_SIZE));
  await using server = await startServer([`--staticdir=${directory.path}`]);
  const socket = connect({ port: server.port, host: "127.0.0.1" });
  let length = 0;
  const begun = new Promise((resolve) => socket.once("data", resolve));
  const ended = new Promise((resolve) => socket.once("end", resolve));
  socket.on("data", (chunk) => (length += chunk.length));
  socket.write("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  await within("its begin", begun);
  socket.pause();
  server.signal("SIGTERM");
  await server.logged(/ stopping /);
  socket.resume();
  await within("its end", ended);
  expect(length).toBeGreaterThan(LARGE_SIZE);
  expect(await server.exited()).toBe(0);
});

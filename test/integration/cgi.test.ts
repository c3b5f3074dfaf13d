// --cgidir with the real program, as curl sees it: what scripts are given, and what clients get for it.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { curl, HAS_CURL } from "../support/curl.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { groupGone, TEXT_HEAD, urlOf, writeScript } from "../support/server-scripts.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const MIB = 1024 * 1024;
const directory = new TestDirectory();

let server: TestServer;
beforeAll(async () => {
  server = await startServer([`--cgidir=${directory.path}`, "--header=X-Server: websockd"]);
});
afterAll(async () => {
  await server.stop();
  directory[Symbol.dispose]();
});

function hashOf(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}

/** Returns the script's URL. */
function script(name: string, text: string): string {
  writeScript(directory, name, text);
  return urlOf(server, name);
}

describe.skipIf(!HAS_CURL)("curl", () => {
  test("GET: the answer, its fields, and what the script is told", async () => {
    const url = script("get.sh", `${TEXT_HEAD}; pwd; cat; env`);
    const answer = await curl([`${url}/more/path?a=b%20c`, "-H", "Proxy: http://evil/"]);
    expect(answer).toMatchObject({ exitCode: 0, status: 200 });
    expect(answer.fields.get("content-type")).toBe("text/plain");
    expect(answer.fields.get("transfer-encoding")).toBe("chunked");
    expect(answer.fields.get("connection")).toBe("close");
    expect(answer.fields.get("x-server")).toBe("websockd");
    const [where, ...lines] = answer.body.split("\n");
    expect(where).toBe(directory.path);
    const variables = new Map(lines.map((line) => [line.split("=")[0], line.replace(/^\w*=/, "")]));
    expect(Object.fromEntries(variables)).toMatchObject({
      GATEWAY_INTERFACE: "CGI/1.1",
      REQUEST_METHOD: "GET",
      SCRIPT_NAME: "/get.sh",
      SCRIPT_FILENAME: directory.file("get.sh"),
      PATH_INFO: "/more/path",
      PATH_TRANSLATED: directory.file("more/path"),
      QUERY_STRING: "a=b%20c",
      CONTENT_LENGTH: "",
      SERVER_PROTOCOL: "HTTP/1.1",
    });
    expect(answer.body).not.toContain("HTTP_PROXY");
    await server.logged(/\bCGI\b.*get\.sh/);
    await server.logged(/\bDISCONNECT\b.*get\.sh.*exit 0/);
  });

  test("POST: 50 MB go in under backpressure", async () => {
    const url = script(
      "sum.sh",
      `${TEXT_HEAD}; echo $CONTENT_LENGTH $CONTENT_TYPE; sha256sum; env | grep HTTP_CONTENT`,
    );
    const body = new Uint8Array(50_000_000).map((_, i) => (i * 31) ^ (i >> 8) ^ (i >> 16));
    const words = ["--data-binary", "@-", "-H", "Content-Type: a/b", "-H", "Expect:"];
    const answer = await curl([...words, url], body);
    expect(answer).toMatchObject({ exitCode: 0, status: 200 });
    expect(answer.body).toBe(`50000000 a/b\n${hashOf(body)}  -\n`);
  });

  test("PUT: 20 MB go in chunked, and out again, and are the same", async () => {
    const url = script("cat.sh", `${TEXT_HEAD}; echo "$REQUEST_METHOD $CONTENT_LENGTH"; exec cat`);
    const body = new Uint8Array(20_000_000).map((_, i) => (i * 17) ^ (i >> 9));
    const answer = await curl(["-T", "-", "-H", "Transfer-Encoding: chunked", url], body);
    expect(answer).toMatchObject({ exitCode: 0, status: 200 });
    expect(answer.body.slice(0, 5)).toBe("PUT \n");
    expect(hashOf(Buffer.from(answer.body.slice(5), "latin1"))).toBe(hashOf(body));
  });

  test("Expect: 100-continue is answered before the body comes", async () => {
    const url = script("expect.sh", `${TEXT_HEAD}; exec cat`);
    const words = ["-H", "Expect: 100-continue", "--expect100-timeout", "60", "-d", "hello"];
    const answer = await curl([...words, url]);
    expect(answer).toMatchObject({ exitCode: 0, interim: [100], status: 200, body: "hello" });
  });

  test("HEAD: the fields and no body", async () => {
    const url = script("head.sh", `echo "$REQUEST_METHOD" > method; ${TEXT_HEAD}; echo body`);
    const answer = await curl(["--head", url]);
    expect(answer).toMatchObject({ exitCode: 0, status: 200, body: "" });
    expect(directory.read("method")).toBe("HEAD\n");
  });

  test.each([
    ["Status", "Status: 418 Teapot\\nContent-Type: text/plain\\n\\nshort", 418, null, "short"],
    [
      "Location, absolute",
      "Location: https://example.org/x\\n\\n",
      302,
      "https://example.org/x",
      "",
    ],
    ["Location, a path", "Location: /other.sh?x\\n\\n", 302, "/other.sh?x", ""],
    ["both", "Status: 307 There\\r\\nLocation: /y\\r\\n\\r\\n", 307, "/y", ""],
  ])("%s", async (_, output, status, location, body) => {
    const answer = await curl([script("status.sh", `printf '${output}'`)]);
    expect(answer).toMatchObject({ exitCode: 0, status, body });
    expect(answer.fields.get("location") ?? null).toBe(location);
  });

  test("HTTP/1.0: the end of the connection ends the answer", async () => {
    const answer = await curl([
      "--http1.0",
      script("old.sh", `${TEXT_HEAD}; echo $SERVER_PROTOCOL`),
    ]);
    expect(answer).toMatchObject({ exitCode: 0, status: 200, body: "HTTP/1.0\n" });
    expect(answer.fields.has("transfer-encoding")).toBe(false);
  });

  test("a script that takes nothing of a body answers all the same", async () => {
    const url = script("deaf.sh", `${TEXT_HEAD}; echo done`);
    const answer = await curl(
      ["--data-binary", "@-", "-H", "Expect:", url],
      new Uint8Array(5 * MIB),
    );
    expect(answer).toMatchObject({ status: 200, body: "done\n" });
  });

  test("a script that a signal ends: curl sees that its answer is cut", async () => {
    const url = script("cut.sh", `${TEXT_HEAD}; echo half; kill -9 $$`);
    const answer = await curl([url]);
    expect(answer).toMatchObject({ exitCode: 18, status: 200, body: "half\n" });
  });

  test("a script that does not begin: 504, and it and its children are ended", async () => {
    const words = [`--cgidir=${directory.path}`, "--cgi-timeout=500", "--header-http=X-Http: y"];
    await using impatient = await startServer(words);
    script("slow.sh", "sleep 1000 & sleep 1000");
    const answer = await curl([urlOf(impatient, "slow.sh")]);
    expect(answer).toMatchObject({ exitCode: 0, status: 504 });
    expect(answer.fields.get("x-http")).toBe("y");
    const line = await impatient.logged(/\bDISCONNECT\b.*slow\.sh.*in time/);
    await groupGone(Number(/ pid=(\d+)/.exec(line)?.[1]));
  });

  test.each([
    ["no-head", "echo hello world; echo; echo body", /NAME: VALUE/],
    ["no-output", "exit 0", /without any output/],
    ["half-a-head", "echo Content-Type: text/plain", /inside of its head/],
    ["another-head", "printf 'HTTP/1.1 200 OK\\n\\n'", /Status: 200/],
  ])("%s: 502, and the log says why, the client is not told", async (name, text, why) => {
    const answer = await curl([script(`${name}.sh`, text)]);
    expect(answer).toMatchObject({ exitCode: 0, status: 502 });
    expect(answer.body).toMatch(/^The script.*\n$/);
    expect(answer.body).not.toMatch(why);
    const { source } = why;
    await server.logged(new RegExp(`${name}\\.sh.*${source}|${source}.*${name}\\.sh`));
  });

  test("a script without its interpreter: no 200, and the log says which", async () => {
    const url = script("orphan.sh", "");
    directory.write("orphan.sh", "#!/no/such/shell\n", 0o755);
    const answer = await curl([url]);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    await server.logged(/Cannot start .*orphan\.sh/);
  });

  test("a script that is not executable: 404, the log says what to do, and its source is not shown", async () => {
    const url = script("plain.sh", "secret");
    directory.write("locked.sh", "#!/bin/sh\necho secret\n", 0o644);
    const answer = await curl([url.replace("plain", "locked")]);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain("secret");
    await server.logged(/locked\.sh.*chmod \+x/);
  });

  test("a script that does not exist: 404", async () => {
    for (const path of ["none.sh", "none/none.sh", "", ".hidden.sh", "..%2f..%2fbin%2fls"]) {
      const answer = await curl([urlOf(server, path)]);
      expect(answer.status).toBe(404);
    }
  });
});

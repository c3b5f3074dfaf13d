// docs/reference.md, Variables: what programs find is what the table has, no less and no more.

import { mkdirSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { tlsVariables } from "../../src/http/tls-variables.ts";
import { quoted, tableRows } from "../support/document-tables.ts";
import { RawClient } from "../support/raw-client.ts";
import { seenVariables, variablesIn } from "../support/seen-variables.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const ROWS = tableRows("docs/reference.md", "Variables").map(
  ([name, value, when]) => [quoted(name!)[0]!, value!, when!] as const,
);
const environment = { LD_LIBRARY_PATH: "/somewhere", REMOTE_ADDR: "192.0.2.1" };
/** With all that a client's certificate has. */
const TLS = tlsVariables({
  protocol: "TLSv1.3",
  cipher: "TLS_AES_256_GCM_SHA384",
  serverName: "localhost",
  clientCertificate: {
    subject: "CN=a",
    issuer: "CN=b",
    serialNumber: "0A",
    validFrom: "Nov 24 10:00:00 2026 GMT",
    validTo: "Nov 26 10:00:00 2026 GMT",
    fingerprint: "AB:CD",
    pem: "x",
  },
});

const named = (variables: Iterable<string>): Set<string> =>
  new Set([...variables].map((name) => name.replace(/^HTTP_.*$/, "HTTP_NAME")));

async function ofWebSocket(...words: string[]): Promise<ReadonlyMap<string, string>> {
  await using server = await startServer([...words, "env"], { environment });
  using client = await RawClient.open(server);
  return await seenVariables(client);
}

/** Of a route with the part `{name}`. */
async function ofRoute(): Promise<ReadonlyMap<string, string>> {
  await using server = await startServer(["--route=/{name}=env"], { environment });
  using client = await RawClient.open(server, { target: "/a" });
  return await seenVariables(client);
}

async function ofScript(): Promise<ReadonlyMap<string, string>> {
  using directory = new TestDirectory();
  mkdirSync(directory.file("scripts"));
  const script = "#!/bin/sh\necho Content-Type: text/plain\necho\nexec env\n";
  directory.write("scripts/tell", script, 0o755);
  const words = [`--cgidir=${directory.file("scripts")}`, "--trusted-proxy=127.0.0.1"];
  const trust = [...words, "--forwarded=x-forwarded-proto"];
  await using server = await startServer(trust, { environment });
  const headers = { "X-Forwarded-Proto": "https" };
  const answer = await fetch(`http://127.0.0.1:${server.port}/tell/more?a=b`, { headers });
  return variablesIn(await answer.text());
}

test("the table has what a WebSocket, a script, a terminal and TLS give, and nothing else", async () => {
  const socket = await ofWebSocket();
  const script = await ofScript();
  const terminal = await ofWebSocket("--pty=pipe");
  const route = await ofRoute();
  // A shell that stands before a program sets these for itself.
  const own = new Set(["PWD", "OLDPWD", "SHLVL", "_"]);
  const names = [socket, script, terminal, route].flatMap((of) => [...of.keys()]);
  const found = named([...names, ...Object.keys(TLS)].filter((name) => !own.has(name)));
  expect([...found].toSorted()).toEqual(ROWS.map(([name]) => name).toSorted());

  for (const [name, , when] of ROWS) {
    const isAlways = when.startsWith("always");
    if (isAlways) expect([socket.has(name), script.has(name)], name).toEqual([true, true]);
    if (when === "always") expect(socket.get(name), name).not.toBe("");
    if (when === "always empty") expect(socket.get(name), name).toBe("");
    if (when.startsWith("of a WebSocket")) expect(script.has(name), name).toBe(false);
    if (when === "of a script") expect(socket.has(name), name).toBe(false);
  }
  expect(script.get("HTTPS")).toBe("on");
  expect(socket.has("HTTPS")).toBe(false);
  expect(terminal.get("TERM")).toBe("dumb");
  expect(script.get("SCRIPT_NAME")).toBe("/tell");
  expect(script.get("PATH_INFO")).toBe("/more");
});

test("what goes first is as the page says", async () => {
  using directory = new TestDirectory();
  const gate = directory.write("gate", "#!/bin/sh\necho Env: KIND=gate\n", 0o755);
  const words = [`--gate=${gate}`, "--env=KIND=env", "--env=SERVER_NAME=env"];
  const seen = await ofWebSocket(...words, "--env=QUERY_STRING=env", "--passenv=+REMOTE_ADDR");
  expect(seen.get("KIND")).toBe("gate");
  expect([seen.get("SERVER_NAME"), seen.get("QUERY_STRING")]).toEqual(["env", "env"]);
  expect(seen.get("REMOTE_ADDR")).toBe("127.0.0.1");
});

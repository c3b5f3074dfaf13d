// --trusted-proxy and --forwarded with the real program: the fields of a peer that is trusted, and of one that is not.

import { existsSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { secretFile, tokenLine } from "../support/credential-files.ts";
import { RawClient } from "../support/raw-client.ts";
import { requestHead, type OpenOptions } from "../support/raw-handshake.ts";
import { seenVariables, variablesIn } from "../support/seen-variables.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { TEXT_HEAD, urlOf, writeScript } from "../support/server-scripts.ts";
import { startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const TRUSTED = "--trusted-proxy=127.0.0.1";
const ALL_X = "--forwarded=x-forwarded-for,x-forwarded-proto,x-forwarded-host";
const FIELDS = [
  "X-Forwarded-For: 203.0.113.9, 192.0.2.1:4711",
  "X-Forwarded-Proto: https",
  "X-Forwarded-Host: outer.test:8443",
];

async function seen(server: TestServer, options: OpenOptions) {
  using client = await RawClient.open(server, options);
  return Object.fromEntries(await seenVariables(client));
}

async function refusal(server: TestServer, ...fields: string[]): Promise<string> {
  using client = await RawClient.connect(server.port);
  client.write(requestHead({ fields }));
  return Buffer.from(await client.rest()).toString();
}

test("without the option nothing is believed, and all reaches the program", async () => {
  await using server = await startServer(["env"]);
  const variables = await seen(server, { fields: FIELDS });
  expect(variables).toMatchObject({
    REMOTE_ADDR: "127.0.0.1",
    REMOTE_HOST: "127.0.0.1",
    SERVER_NAME: "localhost",
    SERVER_PORT: "80",
    HTTP_HOST: "localhost",
    HTTP_X_FORWARDED_FOR: "203.0.113.9, 192.0.2.1:4711",
    HTTP_X_FORWARDED_PROTO: "https",
    HTTP_X_FORWARDED_HOST: "outer.test:8443",
  });
  expect(variables["HTTPS"]).toBeUndefined();
});

test("of a trusted peer what is named is believed: by a WebSocket and a script alike, and in the log", async () => {
  using directory = new TestDirectory();
  writeScript(directory, "env", `${TEXT_HEAD}; env`);
  const options = [TRUSTED, ALL_X, `--cgidir=${directory.path}`];
  await using server = await startServer([...options, "env"]);
  const expected = {
    REMOTE_ADDR: "192.0.2.1",
    REMOTE_PORT: "4711",
    HTTPS: "on",
    SERVER_NAME: "outer.test",
    SERVER_PORT: "8443",
    HTTP_HOST: "outer.test:8443",
    HTTP_X_FORWARDED_FOR: "203.0.113.9, 192.0.2.1:4711",
  };
  expect(await seen(server, { fields: FIELDS })).toMatchObject(expected);
  const headers = FIELDS.map((field) => field.split(": ") as [string, string]);
  const script = await fetch(urlOf(server, "env"), { headers });
  expect(Object.fromEntries(variablesIn(await script.text()))).toMatchObject(expected);
  for (const word of [/ CONNECT /, / CGI /]) {
    const line = await server.logged(word);
    expect(line).toContain(" peer=192.0.2.1:4711 ");
    expect(line).toContain(" host=outer.test:8443 ");
  }
});

test("a page of the host that is forwarded is of this host, by the protocol that is", async () => {
  await using server = await startServer([TRUSTED, ALL_X, "--host=outer.test:*", "env"]);
  await seen(server, { fields: [...FIELDS, "Origin: https://outer.test:8443"] });
  for (const origin of ["http://outer.test:8443", "http://localhost"]) {
    expect(await refusal(server, ...FIELDS, `Origin: ${origin}`)).toStartWith("HTTP/1.1 403 ");
  }
  expect(await refusal(server)).toStartWith("HTTP/1.1 421 ");
});

test("what a trusted peer says and cannot be is answered 400", async () => {
  await using server = await startServer([TRUSTED, ALL_X, "cat"]);
  const answer = await refusal(server, "X-Forwarded-Proto: gopher");
  expect(answer).toStartWith("HTTP/1.1 400 ");
  expect(answer).toContain("the protocol must be http or https.");
  expect(await server.logged(/ REFUSED /)).toContain(" status=400 ");
  expect(await refusal(server, "X-Forwarded-Host: a b")).toStartWith("HTTP/1.1 400 ");
});

test("guesses at a token are the client's, not the proxy's", async () => {
  using directory = new TestDirectory();
  const file = secretFile(directory, "tokens", tokenLine("me", "right"));
  await using server = await startServer([TRUSTED, `--bearer-file=${file}`, "cat"]);
  // Of one address eight are looked at at once; the tenth is of another.
  const addresses = [...Array.from({ length: 9 }, () => "192.0.2.1"), "192.0.2.2"];
  const clients = await Promise.all(addresses.map(() => RawClient.connect(server.port)));
  for (const [i, client] of clients.entries()) {
    const fields = [`X-Forwarded-For: ${addresses[i]}`, "Authorization: Bearer wrong"];
    client.write(requestHead({ fields }));
  }
  const heads = await Promise.all(clients.map((client) => client.head()));
  for (const client of clients) client.reset();
  const statuses = heads.map((head) => head.split(" ")[1]);
  expect(statuses.slice(0, 9).toSorted()).toEqual([...Array(8).fill("401"), "429"]);
  expect(statuses[9]).toBe("401");
  expect(await server.logged(/ AUTH FAILED /)).toContain(" peer=192.0.2.1 ");
});

test("--reverselookup is of the client", async () => {
  await using server = await startServer([TRUSTED, "--reverselookup", "env"]);
  // RFC 5737: no name has this address.
  const variables = await seen(server, { fields: ["X-Forwarded-For: 192.0.2.1"] });
  expect(variables).toMatchObject({ REMOTE_ADDR: "192.0.2.1", REMOTE_HOST: "192.0.2.1" });
});

test.skipIf(!existsSync("/proc/net/if_inet6"))("IPv6, and IPv4 that comes by it", async () => {
  const addresses = ["--address=[::]"];
  await using server = await startServer(["--trusted-proxy=::1", "cat"], { addresses });
  await using other = await startServer([TRUSTED, "cat"], { addresses });
  const field = "X-Forwarded-For: 2001:DB8::0:1";
  for (const [at, hostname, peer] of [
    [server, "::1", "2001:db8::1 "],
    [server, "127.0.0.1", "127.0.0.1:"],
    [other, "::1", "[::1]:"],
    [other, "127.0.0.1", "2001:db8::1 "],
  ] as const) {
    using client = await RawClient.connect(at.port, hostname);
    client.write(requestHead({ fields: [field] }));
    expect(await client.head()).toStartWith("HTTP/1.1 101 ");
    await at.logged(new RegExp(` CONNECT .* peer=${RegExp.escape(peer)}`));
  }
});

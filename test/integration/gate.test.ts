// --gate: who is let in by it, with what, and what the others are told.

import { writeFileSync } from "node:fs";
import { expect, setDefaultTimeout, test } from "bun:test";
import { curl, HAS_CURL } from "../support/curl.ts";
import { admission, gateOption, refusal } from "../support/gates.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { urlOf } from "../support/server-scripts.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const ENV = ["sh", "-c", "env"];

test("exit 0 lets in: with fields for the 101, a subprotocol, a user and variables", async () => {
  using directory = new TestDirectory();
  const gate = gateOption(
    directory,
    `echo "Set-Cookie: a=1"; echo "X-Room: bl\u00fc"; echo "Content-Type: text/plain"
echo "Sec-WebSocket-Protocol: b"; echo "User: Jos\u00e9"; echo "Env: ROOM=$QUERY_STRING"
echo; echo "not read"`,
  );
  const ours = ["--env=ROOM=none", "--env=HOUSE=ours", "--header-ws=Sec-WebSocket-Protocol: a"];
  await using server = await startServer([gate, ...ours, ...ENV]);
  const fields = ["Sec-WebSocket-Protocol: a, b"];
  const { head, lines } = await admission(server, { target: "/?blue", fields });
  const shown = Buffer.from(head, "latin1").toString("utf8");
  expect(shown.match(/^Sec-WebSocket-Protocol: .*$/gim)).toEqual(["Sec-WebSocket-Protocol: b"]);
  expect(shown).toContain("\r\nSet-Cookie: a=1\r\nX-Room: bl\u00fc");
  expect(shown).not.toMatch(/Content-|User:|Env:|Jos\u00e9|not read/);
  expect(lines).toEqual(
    expect.arrayContaining([
      "WEBSOCKET_PROTOCOL=b",
      "REMOTE_USER=Jos\u00e9",
      "AUTH_TYPE=Gate",
      "ROOM=blue",
      "HOUSE=ours",
    ]),
  );
  for (const word of ["CONNECT", "DISCONNECT"]) {
    expect(await server.logged(new RegExp(` ${word} `))).toContain(" user=Jos\u00e9 ");
  }
});

test("it has the very environment of the program, an empty stdin, and a group of its own", async () => {
  using directory = new TestDirectory();
  const file = directory.file("seen");
  const gate = gateOption(
    directory,
    `env > "${file}"; cat >> "${file}"; readlink /proc/self/fd/0 >> "${file}"
cut -d" " -f5 /proc/$$/stat > "${file}.group"; echo $$ >> "${file}.group"`,
  );
  await using server = await startServer([gate, "--env=A=b", "--subprotocol=x", ...ENV]);
  const fields = ["Sec-WebSocket-Protocol: x", "X-Y: z"];
  const { lines } = await admission(server, { target: "/p/q?r=s", fields });
  const seen = directory.read("seen").trim().split("\n");
  expect(seen.pop()).toBe("/dev/null");
  // What a shell adds of its own.
  const own = /^(?:PWD|OLDPWD|SHLVL|_)=/;
  const kept = (names: readonly string[]) => names.filter((name) => !own.test(name)).toSorted();
  expect(kept(seen)).toEqual(kept(lines));
  expect(seen).toEqual(expect.arrayContaining(["QUERY_STRING=r=s", "HTTP_X_Y=z", "A=b"]));
  const [group, pid] = directory.read("seen.group").trim().split(/\s+/);
  expect(group).toBe(pid!);
});

test("any other exit refuses, with 403 or what Status says, and the log says why", async () => {
  using directory = new TestDirectory();
  const gate = gateOption(
    directory,
    `case $QUERY_STRING in
plain) exit 1;;
body) printf '\\nNo token.\\nAsk for one.\\n'; exit 7;;
status) printf 'Status: 401 Who are you\\nWWW-Authenticate: Bearer\\nUser: eve\\n\\nWho?\\n'; exit 1;;
json) printf 'Status: 429\\nContent-Type: application/json\\nRetry-After: 9\\n\\n{"wait":9}\\n'; exit 1;;
redirect) printf 'Location: https://h/login\\n'; exit 1;;
signal) kill -9 $$;;
esac`,
  );
  await using server = await startServer([gate, "--header-http=X-Ours: 1", ...ENV]);
  const ask = (target: string) => refusal(server, { target: `/?${target}` });
  expect(await ask("plain")).toMatchObject({
    status: 403,
    body: "This WebSocket is not let in.\n",
  });
  const line = await server.logged(/ REFUSED /);
  expect(line).toMatch(
    / peer=127\.0\.0\.1:\d+ host=localhost path=\/\?plain status=403 reason="exit 1 of the gate: /,
  );
  expect(line).toMatch(/ duration_ms=\d+/);
  expect(await ask("body")).toMatchObject({ status: 403, body: "No token.\nAsk for one.\n" });
  await server.logged(/ REFUSED .*reason="exit 7 of the gate: No token\."/);
  const { head, body } = await ask("status");
  expect(head).toStartWith(
    "HTTP/1.1 401 Who are you\r\nContent-Type: text/plain; charset=utf-8\r\n",
  );
  expect(head).toContain("\r\nWWW-Authenticate: Bearer\r\n");
  expect(head).toContain("\r\nX-Ours: 1\r\n");
  expect(head).not.toContain("eve");
  expect(body).toBe("Who?\n");
  const json = await ask("json");
  expect(json.head).toMatch(
    /^HTTP\/1\.1 429 Too Many Requests\r\nContent-Type: application\/json\r\n/,
  );
  expect(json.head).toContain("\r\nRetry-After: 9\r\n");
  expect(json.head.match(/\nContent-Type:/g)).toHaveLength(1);
  expect(json.body).toBe('{"wait":9}\n');
  const redirect = await ask("redirect");
  expect(redirect.head).toStartWith("HTTP/1.1 302 Found\r\n");
  expect(redirect.head).toContain("\r\nLocation: https://h/login\r\n");
  expect(await ask("signal")).toMatchObject({ status: 403 });
  await server.logged(/ REFUSED .*reason="signal SIGKILL of the gate: /);
  expect(server.services).toEqual([]);
});

test("its stderr goes to the log with what tells whose it is, and no further than it may", async () => {
  using directory = new TestDirectory();
  const gate = gateOption(directory, "echo hello >&2; seq 1000 >&2; echo User: u");
  await using server = await startServer([gate, ...ENV]);
  const { lines } = await admission(server, { target: "/here" });
  const id = lines.find((name) => name.startsWith("UNIQUE_ID="))!.slice("UNIQUE_ID=".length);
  const line = await server.logged(/ ERROR {2}hello /);
  expect(line).toContain(` id=${id} `);
  expect(line).toContain(" path=/here ");
  expect(line).toContain(` gate=${directory.file("gate")} stream=stderr`);
  await server.logged(/the rest of its stderr is left out/);
  expect(server.matching(/ stream=stderr$/)).toHaveLength(201);
});

test("--stderr=off is for it, too", async () => {
  using directory = new TestDirectory();
  const gate = gateOption(directory, "echo hello >&2");
  await using server = await startServer([gate, "--stderr=off", ...ENV]);
  await admission(server);
  await server.logged(/ DISCONNECT /);
  expect(server.matching(/hello/)).toEqual([]);
});

test("it is found through PATH, once, and --cwd changes nothing of that", async () => {
  using directory = new TestDirectory();
  directory.write("my-gate", "#!/bin/sh\necho Env: AT=$(pwd)\n", 0o755);
  const environment = { PATH: `${directory.path}:${process.env["PATH"]}` };
  const options = { environment, directory: "/" };
  await using server = await startServer(["--gate=my-gate", "--cwd=/usr", ...ENV], options);
  expect((await admission(server)).lines).toContain("AT=/usr");
});

test.each<[words: string[], status: number, text: string]>([
  [["--gate=/no/such/gate", "cat"], 127, '--gate: Cannot find the program "/no/such/gate"'],
  [["--gate=no such gate", "cat"], 127, "a gate gets no arguments: write a script for them"],
  [["--gate=/etc/passwd", "cat"], 126, "permission denied (chmod +x it)"],
])("%j is refused at the start", async (words, status, text) => {
  const finished = await runProgram(["--port=0", ...words]);
  expect(finished).toMatchObject({ status, stdout: "" });
  expect(finished.stderr).toContain(text);
});

test("--check tells of it, and runs nothing", async () => {
  using directory = new TestDirectory();
  const gate = gateOption(directory, `touch ${directory.file("ran")}`);
  const good = await runProgram(["--check", "--port=0", gate, "cat"]);
  expect(good.status).toBe(0);
  expect(good.stdout).toMatch(
    new RegExp(`^gate +${directory.file("gate")} +\\(found here\\)$`, "m"),
  );
  const bad = await runProgram(["--check", "--port=0", "--gate=/etc/passwd", "cat"]);
  expect(bad).toMatchObject({
    status: 78,
    stdout: expect.stringContaining("wrong: --gate: Cannot run"),
  });
  expect(directory.read("ran")).toBe("");
  expect(await Bun.file(directory.file("ran")).exists()).toBe(false);
});

test.skipIf(!HAS_CURL)("files, scripts and the console are not its affair", async () => {
  using directory = new TestDirectory();
  using scripts = new TestDirectory();
  using gates = new TestDirectory();
  writeFileSync(directory.file("a.txt"), "a file");
  scripts.write("script", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\na script'\n", 0o755);
  const words = [gateOption(gates, "exit 1"), `--staticdir=${directory.path}`];
  await using server = await startServer([...words, `--cgidir=${scripts.path}`, "cat"]);
  expect(await curl([urlOf(server, "a.txt")])).toMatchObject({ status: 200, body: "a file" });
  expect(await curl([urlOf(server, "script")])).toMatchObject({ status: 200, body: "a script" });
  expect(await refusal(server, { target: "/a.txt" })).toMatchObject({ status: 403 });
});

test("--dir: it comes after the program is found, and knows which", async () => {
  using directory = new TestDirectory();
  using gates = new TestDirectory();
  directory.write("tool", "#!/bin/sh\necho $ON\n", 0o755);
  const gate = gateOption(
    gates,
    `echo "Env: ON=$SCRIPT_NAME$PATH_INFO"; echo >> ${gates.file("asked")}`,
  );
  await using server = await startServer([gate, `--dir=${directory.path}`]);
  expect(await refusal(server, { target: "/other" })).toMatchObject({ status: 404 });
  expect(gates.read("asked")).toBe("");
  expect((await admission(server, { target: "/tool/x" })).lines).toEqual(["/tool/x"]);
});

test("Host, Origin, the handshake and the numbers are judged before it", async () => {
  using directory = new TestDirectory();
  const gate = gateOption(directory, `echo >> ${directory.file("asked")}`);
  const words = [gate, "--host=localhost", "--subprotocol=a", "--subprotocol-required"];
  await using server = await startServer([...words, ...ENV]);
  expect(await refusal(server)).toMatchObject({ status: 400 });
  const fields = ["Sec-WebSocket-Protocol: a"];
  const evil = [...fields, "Origin: http://evil.example"];
  expect(await refusal(server, { fields: evil })).toMatchObject({ status: 403 });
  expect(directory.read("asked")).toBe("");
  await admission(server, { fields });
  expect(directory.read("asked")).toBe("\n");
});

// What a gate writes and how it exits, and what is made of it.

import { describe, expect, test } from "bun:test";
import { cgiEnvironment } from "../../src/http/cgi-environment.ts";
import { readGateAnswer } from "../../src/http/gate-answer.ts";

const OFFERED = ["chat", "superchat"];

function read(output: string | Uint8Array, admits: boolean) {
  return readGateAnswer(Buffer.from(output), { admits, offered: OFFERED, tellsVariables: true });
}

const ADMITTED = { fields: [], subprotocol: undefined, variables: {} };
const REFUSED = { status: 403, text: "This WebSocket is not let in.", fields: [] };

describe("exit 0", () => {
  const CASES: Readonly<Record<string, object>> = {
    "": {},
    "\n": {},
    "\r\n": {},
    "\nNot read.\n": {},
    "User: bob": { variables: { REMOTE_USER: "bob", AUTH_TYPE: "Gate" } },
    "user:\tb o b \r\n\r\n": { variables: { REMOTE_USER: "b o b", AUTH_TYPE: "Gate" } },
    "User: jos\xe9": { problem: "Its output is not UTF-8." },
    "Env: ROOM=blue\nENV:_x=a=b\nEnv: EMPTY=\n\nROOM: red\n": {
      variables: { ROOM: "blue", _x: "a=b", EMPTY: "" },
    },
    "Env: toString=1\nEnv: problem=2\nEnv: __proto__=3": {
      variables: Object.fromEntries([
        ["toString", "1"],
        ["problem", "2"],
        ["__proto__", "3"],
      ]),
    },
    "Sec-WebSocket-Protocol: superchat\n": {
      subprotocol: "superchat",
      variables: { WEBSOCKET_PROTOCOL: "superchat" },
    },
    "Set-Cookie: a=1\nSet-Cookie: b=2\nX-Room: blue\n": {
      fields: [
        ["Set-Cookie", "a=1"],
        ["Set-Cookie", "b=2"],
        ["X-Room", "blue"],
      ],
    },
    "Status: 200 OK\n": {},
    "Status: 101\nContent-Type: text/plain\nContent-Length: 9\nLocation: /x\nContent-Language: en\n":
      {},
    "Connection: X-Hop\nX-Hop: 1\nUpgrade: h2c\nTransfer-Encoding: chunked\nKeep-Alive: 1\nX: y": {
      fields: [["X", "y"]],
    },
  };
  for (const [output, expected] of Object.entries(CASES)) {
    test(JSON.stringify(output), () => {
      const wanted = "problem" in expected ? expected : { ...ADMITTED, ...expected };
      expect(read(Buffer.from(output, "latin1"), true)).toEqual(wanted as never);
    });
  }

  test("where the program is told no variables, an Env is a fault, a User is not", () => {
    const readUntold = (output: string, admits: boolean) =>
      readGateAnswer(Buffer.from(output), { admits, offered: OFFERED, tellsVariables: false });
    expect(readUntold("env: A=b\n", true)).toEqual({
      problem: "It gave an Env, which no program of --prefork gets (--prefork-env=line).",
    });
    expect(readUntold("Env: A=b\n", false)).toEqual(REFUSED);
    const permit = { variables: { REMOTE_USER: "bob" } };
    expect(readUntold("User: bob\n", true)).toMatchObject(permit);
  });

  test("UTF-8 stays what it is", () => {
    expect(read("User: José\nEnv: A=é😀\u2028x\nX: ü\n", true)).toEqual({
      fields: [["X", "ü"]],
      subprotocol: undefined,
      variables: { REMOTE_USER: "José", AUTH_TYPE: "Gate", A: "é😀\u2028x" },
    });
  });

  for (const status of ["401", "403 Forbidden", "302 Found", "503", "OK", "", "099", "200OK"]) {
    test(`with Status: ${status} is a fault, and lets nobody in`, () => {
      expect(read(`Status: ${status}\n`, true)).toEqual({
        problem: "It exited with 0, which lets in, and gave a Status: exit with 1 to refuse.",
      });
    });
  }

  for (const name of ["Chat", "mqtt", "chat, superchat", ""]) {
    test(`with the subprotocol "${name}", which was not offered`, () => {
      expect(read(`Sec-WebSocket-Protocol: ${name}\n`, true)).toEqual({
        problem: "It gave a Sec-WebSocket-Protocol that the client did not offer.",
      });
    });
  }
});

describe("any other exit", () => {
  const CASES: Readonly<Record<string, object>> = {
    "": {},
    "\nNo token.\n": { text: "No token." },
    "\nline 1\nline 2": { text: "line 1\nline 2" },
    "\r\n\r\nx\r\n": { text: "\r\nx" },
    "Status: 401\nWWW-Authenticate: Bearer\n": {
      status: 401,
      fields: [["WWW-Authenticate", "Bearer"]],
    },
    "Status: 418 Short and stout\n\nTea.": { status: 418, reason: "Short and stout", text: "Tea." },
    "Status: 599\n": { status: 599 },
    'Status: 429\nContent-Type: application/json\nContent-Length: 4000\n\n{"wait":1}': {
      status: 429,
      contentType: "application/json",
      text: '{"wait":1}',
    },
    "Content-Type: application/json\n\n": {},
    "Location: https://h/login\n": { status: 302, fields: [["Location", "https://h/login"]] },
    "Status: 307\nLocation: /b\nLocation2: x": {
      status: 307,
      fields: [
        ["Location", "/b"],
        ["Location2", "x"],
      ],
    },
    "Status: 404\nLocation: /b\n": { status: 404 },
    "User: bob\nEnv: A=b\nSec-WebSocket-Protocol: mqtt\nX: y\n": { fields: [["X", "y"]] },
  };
  for (const [output, expected] of Object.entries(CASES)) {
    test(JSON.stringify(output), () => {
      expect(read(output, false)).toEqual({ ...REFUSED, ...expected });
    });
  }

  for (const head of [
    "Status: 101",
    "Status: 200 OK",
    "Status: 204",
    "Status: 302",
    "Status: 307\nLocation:",
    "Status: 300\nLocation: /x",
    "Status: 304\nLocation: /x",
    "Status: 600",
    "Status: no",
    "Status:",
  ]) {
    test(`${JSON.stringify(head)} is no refusal`, () => {
      expect(read(`${head}\n`, false)).toEqual({
        problem:
          "It refused with a Status that is none of 400 to 599, or 301, 302, 303, 307 or 308 with a Location.",
      });
    });
  }
});

describe("what is wrong whatever the exit", () => {
  const LINE =
    "of its output is no field: write fields as NAME: VALUE, and an empty line before the body.";
  const REQUEST = ", which the request says (User sets REMOTE_USER).";
  const CODE = ", which says what code runs (--env can set it).";
  const FIELD = ", which is the server's to say.";
  const CASES: readonly (readonly [output: string, problem: string])[] = [
    ["denied\n", `Line 1 ${LINE}`],
    ["X: y\n z\n", `Line 2 ${LINE}`],
    ["X : y", `Line 1 ${LINE}`],
    ["X: a\rSet-Cookie: b", `Line 1 ${LINE}`],
    ["X: \0", `Line 1 ${LINE}`],
    ["Env: A=\x1b[2J", `Line 1 ${LINE}`],
    ["\r", `Line 1 ${LINE}`],
    [`${"X: y\n".repeat(101)}`, "The head of its output has more than 100 fields."],
    [
      "HTTP/1.1 403 Forbidden\n",
      'Its output begins with HTTP/: write "Status: 200 OK", not a status line (RFC 3875 6.3.3).',
    ],
    ["Status: 401\nstatus: 403", "It gave status twice."],
    ["User: a\nUser: b", "It gave User twice."],
    ["Location: a\nLocation: b", "It gave Location twice."],
    [
      "Sec-WebSocket-Protocol: chat\nSec-WebSocket-Protocol: chat",
      "It gave Sec-WebSocket-Protocol twice.",
    ],
    ["User:", "It gave a User without a name."],
    ["Sec-WebSocket-Accept: x", `It gave Sec-WebSocket-Accept${FIELD}`],
    ["sec-websocket-extensions: x", `It gave sec-websocket-extensions${FIELD}`],
    ["Sec-WebSocket-Key: x", `It gave Sec-WebSocket-Key${FIELD}`],
    ["Env: A", "It gave an Env that is not NAME=value, such as Env: ROOM=blue."],
    ["Env: =b", "It gave an Env that is not NAME=value, such as Env: ROOM=blue."],
    ["Env: A-B=c", "It gave an Env that is not NAME=value, such as Env: ROOM=blue."],
    ["Env: 1A=c", "It gave an Env that is not NAME=value, such as Env: ROOM=blue."],
    ["Env: A=1\nEnv: B=2\nEnv: A=3", "It gave Env: A twice."],
    ["Env: PATH=/tmp", `It gave Env: PATH${CODE}`],
    ["Env: LD_PRELOAD=/tmp/x.so", `It gave Env: LD_PRELOAD${CODE}`],
    ["Env: BASH_ENV=/tmp/x", `It gave Env: BASH_ENV${CODE}`],
    ["Env: REMOTE_USER=root", `It gave Env: REMOTE_USER${REQUEST}`],
    ["Env: HTTP_COOKIE=a", `It gave Env: HTTP_COOKIE${REQUEST}`],
    ["Env: SSL_CLIENT_S_DN_CN=a", `It gave Env: SSL_CLIENT_S_DN_CN${REQUEST}`],
    ["Env: SCRIPT_FILENAME=a", `It gave Env: SCRIPT_FILENAME${REQUEST}`],
    ["Env: WEBSOCKET_PROTOCOL=a", `It gave Env: WEBSOCKET_PROTOCOL${REQUEST}`],
  ];
  for (const [output, problem] of CASES) {
    test(JSON.stringify(output.slice(0, 60)), () => {
      for (const admits of [true, false]) expect(read(output, admits)).toEqual({ problem });
    });
  }

  test("bytes that are not UTF-8, in a field and in the body", () => {
    for (const output of ["X: \xff\n", "\n\xff"]) {
      const bytes = Buffer.from(output, "latin1");
      for (const admits of [true, false]) {
        expect(read(bytes, admits)).toEqual({ problem: "Its output is not UTF-8." });
      }
    }
  });

  test("no variable that the request makes can be changed", () => {
    const fields = [["x-y", "z"]] as const;
    const head = { method: "GET", target: "/", version: "1.1", fields, get: () => undefined };
    const made = cgiEnvironment(head, {
      remoteAddress: "",
      remotePort: 1,
      remoteHost: "",
      localAddress: "",
      isTls: true,
      scriptName: "",
      pathInfo: "",
      serverSoftware: "",
      uniqueId: "",
    });
    expect(Object.keys(made).length).toBeGreaterThan(20);
    for (const name of Object.keys(made)) {
      expect(read(`Env: ${name}=x`, true)).toEqual({ problem: `It gave Env: ${name}${REQUEST}` });
    }
  });

  test("names that only look like those are free", () => {
    for (const name of ["SERVER_ROOM", "PATHS", "REMOTE", "XHTTP_A", "ENV", "HOME", "SSLX"]) {
      expect(read(`Env: ${name}=x`, true)).toEqual({ ...ADMITTED, variables: { [name]: "x" } });
    }
  });
});

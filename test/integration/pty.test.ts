// --pty: what a program finds in its terminal, what its user does there, and what is left when either has gone.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { descriptorsOf } from "../support/server-processes.ts";
import { runProgram, startServer, TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";
import { TerminalClient } from "../support/terminal-client.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const BASH = ["bash", "--norc", "--noprofile", "--noediting"];
const PROMPT = ["--env=PS1=ready> ", "--env=HISTFILE=", "--pty", ...BASH];

/** What a program shows from its start to its end. */
async function shownBy(...words: string[]): Promise<string> {
  await using server = await startServer(words);
  using client = await TerminalClient.open(server);
  await client.closed;
  return client.screen;
}

async function prompted(server: TestServer): Promise<TerminalClient> {
  const client = await TerminalClient.open(server);
  await client.shows("ready> ");
  return client;
}

describe("a program finds", () => {
  test("a terminal that controls it, at all three ends, as large as was said", async () => {
    const script =
      "tty; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo all; stty size; : >/dev/tty && echo own";
    const shown = await shownBy("--pty=100x30", "sh", "-c", script);
    expect(shown).toMatch(/^\/dev\/pts\/\d+\r\nall\r\n30 100\r\nown\r\n$/);
  });

  test("80x24 when nobody said, and a terminal that has colours", async () => {
    expect(await shownBy("--pty", "sh", "-c", "stty size; echo $TERM")).toBe(
      "24 80\r\nxterm-256color\r\n",
    );
    expect(await shownBy("--pty", "--env=TERM=vt100", "sh", "-c", "echo $TERM")).toBe("vt100\r\n");
    expect(await shownBy("--pty", "ls", "--color=auto", "-d", "/")).toContain("\x1b[");
  });

  test("its words as they are", async () => {
    const shown = await shownBy("--pty", "printf", "<%s>", "a b", "$HOME", "'", "", "*");
    expect(shown).toBe("<a b><$HOME><'><><*>");
  });

  test("the environment that it has on pipes, TERM, and what the shell adds that opens the terminal", async () => {
    const words = ["--env=A=two words", "--env=B='$x`\"\\", "--env=C=", "--env=PS1=> "];
    const added = /^(?:TERM|PWD|OLDPWD|SHLVL|_|UNIQUE_ID|REMOTE_PORT|SERVER_PORT|HTTP_\w+)=/;
    const seen = async (...pty: string[]) => {
      const lines = (await shownBy(...words, ...pty, "env")).split(/\r?\n/);
      return lines.filter((line) => line !== "" && !added.test(line)).toSorted();
    };
    const onPipes = await seen("--binary");
    expect(onPipes.length).toBeGreaterThan(10);
    expect(await seen("--pty")).toEqual(onPipes);
  });

  test("no descriptor but its three", async () => {
    const shown = await shownBy(
      "--pty",
      "sh",
      "-c",
      "for fd in /proc/$$/fd/*; do readlink $fd; done",
    );
    const leads = shown.trim().split("\r\n");
    expect([leads.length, new Set(leads).size]).toEqual([3, 1]);
  });

  test("isatty(3) of Python", async () => {
    const script = "import os,sys; print([os.isatty(i) for i in range(3)], sys.stdin.isatty())";
    expect(await shownBy("--pty", "python3", "-c", script)).toBe("[True, True, True] True\r\n");
  });
});

describe("its end", () => {
  test.each([
    ["exit 0", 1000, "exit 0"],
    ["exit 7", 4007, "exit 7"],
    ["kill -9 $$", 4309, "signal SIGKILL"],
  ])("%s is the close code", async (script, code, reason) => {
    await using server = await startServer(["--pty", "sh", "-c", `echo last; ${script}`]);
    using client = await TerminalClient.open(server);
    expect(await client.closed).toEqual({ code, reason });
    expect(client.screen).toBe("last\r\n");
    expect([...client.types]).toEqual(["binary"]);
    expect(await server.logged(/ DISCONNECT /)).toContain(`close=${code}`);
  });

  test("comes after all that it wrote", async () => {
    const shown = await shownBy("--pty", "seq", "1", "300000");
    const lines = shown.split("\r\n");
    expect([lines.length, lines[0], lines.at(-2)]).toEqual([300_001, "1", "300000"]);
    expect(lines.findIndex((line, i) => i < 300_000 && line !== String(i + 1))).toBe(-1);
  });
});

describe("a shell", () => {
  test("has job control: no warning, Ctrl-C, Ctrl-Z, fg, and a job of its own", async () => {
    await using server = await startServer(PROMPT);
    using client = await prompted(server);
    expect(client.screen).not.toContain("job control");
    client.type("sleep 1000; echo st''opped=$?\r");
    await client.shows("sleep 1000;");
    await eventually("sleep", () => server.leftovers().some(({ name }) => name === "sleep"));
    client.type("\x03");
    await client.shows("^C");
    client.type("cat; echo c''at=$?\r");
    await eventually("cat", () => server.leftovers().some(({ name }) => name === "cat"));
    client.type("\x1a");
    await client.shows("Stopped");
    client.type("fg\r");
    await client.shows(/fg\r\ncat/);
    client.type("typed\r");
    await client.shows(/typed\r\ntyped\r\n/);
    client.type("\x04");
    await client.shows(/ready> $/);
    client.type("exit 5\r");
    expect((await client.closed).code).toBe(4005);
  });

  test("is told of a new size, and what is in front of signals", async () => {
    await using server = await startServer(PROMPT);
    using client = await prompted(server);
    client.resize(132, 50);
    client.type("stty size; sleep 1000; echo si''gnal=$?\r");
    await client.shows("50 132\r\n");
    await eventually("sleep", () => server.leftovers().some(({ name }) => name === "sleep"));
    client.signal("USR1");
    await client.shows("signal=138");
    client.type(
      "exec sh -c 'trap \"stty size; exit 3\" WINCH; echo w''aits; while :; do sleep 0.02; done'\r",
    );
    await client.shows("waits");
    client.resize(70, 20);
    expect((await client.closed).code).toBe(4003);
    expect(client.screen).toEndWith("20 70\r\n");
  });

  test("is hung up when its client leaves, and so are its jobs, wherever they are", async () => {
    await using server = await startServer(PROMPT);
    const before = descriptorsOf(server.pid);
    const client = await prompted(server);
    client.type("sleep 1001 & sleep 1002 & disown; (trap '' HUP INT TERM; sleep 1003) &\r");
    const sleeps = () => server.leftovers().filter(({ name }) => name === "sleep").length;
    await eventually("jobs", () => sleeps() === 3);
    client.leave();
    await server.logged(/ DISCONNECT /);
    expect(server.leftovers()).toEqual([]);
    await eventually("its descriptors", () => descriptorsOf(server.pid) === before);
  });

  test("leaves no job behind when it exits by itself", async () => {
    await using server = await startServer(PROMPT);
    using client = await prompted(server);
    client.type("sleep 1001 & sleep 1002 &\r");
    await eventually("jobs", () => server.leftovers().length === 3);
    client.type("exit\r");
    client.type("exit\r");
    expect((await client.closed).code).toBe(1000);
    await server.logged(/ DISCONNECT /);
    expect(server.leftovers()).toEqual([]);
  });
});

test("what traps the hang-up gets the rest of the ladder", async () => {
  using directory = new TestDirectory();
  const log = directory.file("signals");
  const traps = ["HUP", "INT"].map((name) => `trap 'echo ${name} >>${log}' ${name}`);
  const last = `trap 'echo TERM >>${log}; exit 9' TERM`;
  const script = `${traps.join("; ")}; ${last}; echo go; while :; do sleep 0.01; done`;
  const ladder = "--stop=eof:500ms,INT:500ms,TERM:5s";
  await using server = await startServer(["--pty", ladder, "sh", "-c", script]);
  const client = await TerminalClient.open(server);
  await client.shows("go");
  client.leave();
  expect(await server.logged(/ DISCONNECT /)).toContain("exit=9");
  expect(directory.read("signals")).toBe("HUP\nINT\nTERM\n");
  expect(server.leftovers()).toEqual([]);
});

describe("a text message that is no control is answered with 1008 and what would be right", () => {
  test.each<[string, RegExp]>([
    ["ls\n", /input is binary$/],
    ["", /input is binary$/],
    ["null", /input is binary$/],
    ['{"type":"paste"}', /input is binary$/],
    ["x".repeat(300), /input is binary$/],
    ['{"type":"resize","cols":0,"rows":24}', /^resize: .* from 1 to 1000$/],
    ['{"type":"resize","cols":80.5,"rows":24}', /^resize: /],
    ['{"type":"resize","cols":80,"rows":24,"more":1}', /^resize: /],
    ['{"type":"resize","cols":1001,"rows":24}', /^resize: /],
    ['{"type":"signal","name":"SIGINT"}', /^signal: .* INT /],
    ['{"type":"signal"}', /^signal: /],
  ])("%j", async (text, reason) => {
    await using server = await startServer(["--pty", "cat"]);
    using client = await TerminalClient.open(server);
    client.say(text);
    const end = await client.closed;
    expect([end.code, end.reason]).toEqual([1008, expect.stringMatching(reason)]);
    expect(await server.logged(/ DISCONNECT /)).toContain("refused: ");
    expect(server.leftovers()).toEqual([]);
  });
});

test("--frame-type=text cuts no character, however the program writes it", async () => {
  const script =
    "import sys,time\nfor b in ('ä€😀' * 50).encode():\n sys.stdout.buffer.write(bytes([b])); sys.stdout.flush(); time.sleep(0.001)";
  await using server = await startServer(["--pty", "--frame-type=text", "python3", "-c", script]);
  using client = await TerminalClient.open(server);
  await client.closed;
  expect(client.screen).toBe("ä€😀".repeat(50));
  expect([...client.types]).toEqual(["text"]);
});

test("what makes no sense with it is refused at the start", async () => {
  const { status, stderr } = await runProgram(["--port=0", "--pty", "--framing=json", "cat"]);
  expect([status, stderr]).toEqual([2, expect.stringContaining("give it without --framing")]);
});

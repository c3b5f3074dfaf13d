// When an operator is warned of a shell for anybody, and of passwords that anybody can read: the table, row by row.

import { describe, expect, test } from "bun:test";
import { exposureWarnings } from "../../src/server/exposure.ts";
import { findResources } from "../../src/server/resources.ts";
import type { InheritedSocket } from "../../src/server/inherited.ts";
import { configOf } from "../cli/config-of.ts";
import { missing } from "../support/missing-peer.ts";
import { secretFile, tokenLine } from "../support/credential-files.ts";
import { RawClient } from "../support/raw-client.ts";
import { eventually } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";
import { isListening } from "../support/server-processes.ts";
import { PROGRAM, runProgram, startServer } from "../support/server.ts";
import { freePort, StartedProcess } from "../support/started-process.ts";

const FAR = ["ws://[::]:80/"];
const NEAR = ["ws://127.0.0.1:80/", "ws://[::1]:80/", "ws://localhost:80/", "unix:/s"];

async function warnings(
  words: readonly string[],
  urls: readonly string[],
  sockets: readonly InheritedSocket[] = [],
): Promise<readonly string[]> {
  const config = configOf(...words);
  const { resources } = await findResources(config, process.env["PATH"] ?? "");
  return exposureWarnings({ config, resources: { ...resources, sockets }, urls });
}

test("the operator's door, where others reach it", async () => {
  expect(await warnings(["--admin=127.0.0.1:1", "cat"], FAR)).toEqual([]);
  expect(await warnings(["--admin=0.0.0.0:1", "--admin-remote", "cat"], NEAR)).toEqual([
    expect.stringMatching(/^ANYBODY who reaches 0\.0\.0\.0:1 sees every session/),
  ]);
});

describe("a shell", () => {
  test("beyond this machine: anybody, and any page where any Origin is let in", async () => {
    expect(await warnings(["sh"], FAR)).toEqual([
      expect.stringMatching(/^ANYBODY .*\[::\]:80\/ can run/),
    ]);
    for (const words of [["--origin=*"], ["--as-websocketd"]]) {
      expect(await warnings([...words, "sh"], FAR)).toEqual([
        expect.stringContaining("any web page"),
      ]);
    }
    for (const url of ["ws://0.0.0.0:1/", "ws://10.0.0.1:1/", "ws://host:1/", "ws://*:1/"]) {
      expect((await warnings(["sh"], ["ws://127.0.0.1:1/", url]))[0]).toContain(`reaches ${url}`);
    }
  });

  test("of a route: told with its path, unless it is so everywhere, or the route asks who they are", async () => {
    const gate = "--gate=true";
    expect(await warnings(["--route=/a/*=sh", "cat"], FAR)).toEqual([
      expect.stringMatching(/^route \/a\/\*: ANYBODY .*\[::\]:80\/ can run/),
    ]);
    expect(await warnings(["--route=/a=sh", "sh"], FAR)).toHaveLength(1);
    expect(await warnings(["--route=/a=cat", "cat"], FAR)).toEqual([]);
    expect(await warnings([gate, "--route=/a=sh", "cat"], FAR)).toEqual([]);
  });

  test("on this machine alone: any page where any Origin is let in, else nothing", async () => {
    expect(await warnings(["sh"], NEAR)).toEqual([]);
    expect(await warnings(["--as-websocketd", "sh"], NEAR)).toEqual([
      expect.stringMatching(/^ANY WEB PAGE/),
    ]);
    expect(await warnings(["--as-websocketd", "--sameorigin", "sh"], NEAR)).toEqual([]);
    expect(await warnings(["--as-websocketd", "--origin=a.example", "sh"], NEAR)).toEqual([]);
    expect(await warnings(["--as-websocketd", "sh"], ["unix:/s"])).toEqual([]);
  });

  test("in a terminal, but where it takes no keys", async () => {
    expect((await warnings(["--pty", "vi"], FAR))[0]).toContain("vi, in a terminal");
    expect(await warnings(["--pty", "--readonly", "sh"], FAR)).toEqual([]);
  });

  test("for a connection that was handed down; one by a Unix socket is near", async () => {
    const socket = { fd: 3, name: "", isListening: false, isLocal: false };
    expect((await warnings(["sh"], [], [socket]))[0]).toContain("whoever accepted this connection");
    expect(await warnings(["sh"], [], [{ ...socket, isLocal: true }])).toEqual([]);
  });

  test("among the programs of --dir and --cgidir", async () => {
    using directory = new TestDirectory();
    directory.write("bash", "#!/bin/sh\n", 0o755);
    for (const option of ["dir", "cgidir"]) {
      const [text] = await warnings([`--${option}=${directory.path}`], FAR);
      expect(text).toContain(`${directory.path}/bash`);
    }
  });

  test("behind a gate a WebSocket is judged, a script is not", async () => {
    using directory = new TestDirectory();
    directory.write("bash", "#!/bin/sh\n", 0o755);
    expect(await warnings(["--gate=true", "sh"], FAR)).toEqual([]);
    expect(await warnings(["--gate=true", `--dir=${directory.path}`], FAR)).toEqual([]);
    const scripts = ["--gate=true", `--cgidir=${directory.path}`, "cat"];
    expect(await warnings(scripts, FAR)).toEqual([
      expect.stringContaining(`${directory.path}/bash`),
    ]);
  });

  test("behind a judge is nothing to warn of, nor is a program that is none", async () => {
    using directory = new TestDirectory();
    const tokens = secretFile(directory, "tokens", tokenLine("a", "b"));
    const [text, ...others] = await warnings([`--bearer-file=${tokens}`, "sh"], FAR);
    expect(text).toMatch(/^passwords and tokens come to ws:.* as anybody on the way can read them/);
    expect(others).toEqual([]);
    expect(await warnings([`--bearer-file=${tokens}`, "sh"], NEAR)).toEqual([]);
    const behind = ["--trusted-proxy=10.0.0.1", `--bearer-file=${tokens}`, "sh"];
    expect(await warnings(behind, FAR)).toEqual([]);
    const tls = ["--ssl", "--sslcert=c", "--sslkey=k"];
    expect(await warnings([...tls, `--bearer-file=${tokens}`, "sh"], FAR)).toEqual([]);
    expect(await warnings([...tls, "--sslca=a", "sh"], FAR)).toEqual([]);
    expect(await warnings(["cat"], FAR)).toEqual([]);
    expect(await warnings(["--origin=*", "cat"], FAR)).toEqual([]);
  });
});

describe("the real program", () => {
  const LINE =
    /WARNING: ANY WEB PAGE in a browser of this machine can run commands by sh: .*--origin/;

  test("says it at the start and by --check, and starts all the same", async () => {
    await using server = await startServer(["--origin=*", "sh"]);
    expect(server.matching(LINE)).toEqual([expect.stringContaining(" ERROR ")]);
    const words = ["--check", "--port=0", "--address=127.0.0.1", "--origin=*", "sh"];
    const { stdout, status } = await runProgram(words);
    expect(stdout).toMatch(/\nWARNING +ANY WEB PAGE in a browser of this machine can run/);
    expect(status).toBe(0);
  });

  test("says nothing of a shell on this machine that pages of others do not reach", async () => {
    await using server = await startServer(["sh"]);
    expect(server.matching(/WARNING/)).toEqual([]);
  });

  const SYSTEMD = "systemd-socket-activate";
  test.skipIf(missing(SYSTEMD, Bun.which(SYSTEMD) !== null))(
    "says it of a socket that systemd handed down",
    async () => {
      const port = freePort();
      using directory = new TestDirectory();
      const log = directory.file("log");
      const words = ["--origin=*", `--log-file=${log}`, "sh"];
      const address = `127.0.0.1:${port}`;
      await using activated = new StartedProcess([SYSTEMD, "-l", address, ...PROGRAM, ...words]);
      await eventually("that somebody listens", () => isListening(port));
      using client = await RawClient.open({ port });
      client.close(1000);
      expect(directory.read("log")).toMatch(LINE);
      expect(await activated.end()).toBe(0);
    },
  );
});

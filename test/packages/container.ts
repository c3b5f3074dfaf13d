// deploy/Dockerfile without a Docker: what it says is done in a Debian of its own, and run as a container would be.

import { copyFileSync, cpSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { missing } from "../support/missing-peer.ts";
import { eventually } from "../support/server-deadline.ts";
import { childrenOf } from "../support/server-processes.ts";
import { TestServer } from "../support/server.ts";
import { ROOT } from "./built.ts";
import { command, succeed } from "./commands.ts";
import type { DebianRoot } from "./debian-root.ts";
import { execForm, lastOf, readDockerfile, type Stage, variablesOf } from "./dockerfile.ts";
import { debian } from "./release.ts";

const CLIENT = join(import.meta.dir, "echo-once.ts");

/** Does what a stage says. `stages` has those before it, by their names. */
async function make(stage: Stage, root: DebianRoot, stages: Map<string, DebianRoot>) {
  let directory = "/";
  for (const { name, text } of stage.instructions) {
    if (name === "WORKDIR") {
      directory = text;
      root.makeDirectory(directory);
    } else if (name === "RUN") {
      const environment = variablesOf(stage);
      await root.succeed(["/bin/sh", "-c", text], { directory, environment });
    } else if (name === "COPY") {
      const words = text.split(/\s+/);
      const [, from] = /^--from=(.*)$/.exec(words[0]!) ?? [];
      if (from !== undefined) words.shift();
      const source = from === undefined ? ROOT : stages.get(from)!.path;
      const target = join(directory, words.pop()!);
      for (const word of words) copy(join(source, word), root, target, word);
    }
  }
}

/** The contents of a folder, or a file, into a folder where the target ends with a slash. */
function copy(source: string, root: DebianRoot, target: string, word: string): void {
  const isInto = target.endsWith("/");
  root.makeDirectory(isInto ? target : join(target, ".."));
  cpSync(source, root.at(isInto ? join(target, basename(word)) : target), { recursive: true });
}

const stages = readDockerfile(readFileSync(join(ROOT, "deploy/Dockerfile"), "utf8"));
const last = stages.at(-1)!;
const noNetwork = missing("ip", Bun.which("ip") !== null);

test("deploy/Dockerfile: the last stage is Debian with little in it, and its user is none of the machine's", () => {
  expect(stages.map(({ base }) => base)).toEqual(["oven/bun:1.4.5-debian", "debian:bookworm-slim"]);
  expect(last.instructions.map(({ name }) => name)).not.toContain("ADD");
  expect(lastOf(last, "USER")).toMatch(/^[1-9]\d{4}:[1-9]\d{4}$/);
  expect(lastOf(last, "STOPSIGNAL")).toBe("SIGTERM");
});

describe.skipIf(debian === null || noNetwork)("a container", () => {
  const made = new Map<string, DebianRoot>();
  let image: DebianRoot;
  beforeAll(async () => {
    for (const stage of stages) {
      const root = await debian!.copy();
      made.set(stage.name, root);
      // The image of Bun's makers is a Debian with this in it.
      if (stage.base.startsWith("oven/bun:")) {
        copyFileSync(process.execPath, root.at("/usr/local/bin/bun"));
      }
      await make(stage, root, made);
    }
    image = made.get(last.name)!;
  });
  afterAll(() => {
    for (const root of made.values()) root[Symbol.dispose]();
  });

  /** Started with its own CMD, or with what stands behind the name of the image. */
  function start(...words: readonly string[]): TestServer {
    const own = execForm(lastOf(last, "CMD"));
    const rest = words.length > 0 ? words : own;
    const [program = "", ...first] = image.entering(execForm(lastOf(last, "ENTRYPOINT")), {
      user: lastOf(last, "USER"),
      environment: variablesOf(last),
      hasNetwork: true,
    });
    return new TestServer(rest, { program: [program, ...first] });
  }

  test("as process 1 it serves a client, is healthy, and stops", async () => {
    const server = start();
    await using _ = { [Symbol.asyncDispose]: () => end(server) };
    await server.logged(/websockd listens on /);
    const [first] = childrenOf(server.pid);
    const status = readFileSync(`/proc/${first!.pid}/status`, "utf8");
    expect(status).toMatch(/^NSpid:\t\d+\t1$/m);
    expect(status).toMatch(/^Uid:\t65532\t65532\t65532\t65532$/m);

    const inside = ["nsenter", `--target=${first!.pid}`, "--net"];
    const url = `ws://127.0.0.1:${lastOf(last, "EXPOSE")}/`;
    expect(await succeed([...inside, process.execPath, CLIENT, url])).toBe("echoed\n");

    const check = execForm(lastOf(last, "HEALTHCHECK").replace(/^.*? CMD /, ""));
    const examine = [...inside, "--pid", "--root", "--wd", ...check];
    expect(await succeed(examine)).toBe("");
    process.kill(first!.pid, lastOf(last, "STOPSIGNAL") as NodeJS.Signals);
    expect(await server.exited()).toBe(0);
  });

  test("without a server the health check fails", async () => {
    const check = execForm(lastOf(last, "HEALTHCHECK").replace(/^.*? CMD /, ""));
    expect((await command(image.entering(check, { hasNetwork: true }))).status).not.toBe(0);
  });

  test("orphans of its programs do not stay as zombies", async () => {
    const script = "(setsid sh -c 'sleep 0.2; exit 3' &) ; read -r line; echo \"$line\"";
    const server = start("sh", "-c", script);
    await using _ = { [Symbol.asyncDispose]: () => end(server) };
    await server.logged(/websockd listens on /);
    const [first] = childrenOf(server.pid);
    const inside = ["nsenter", `--target=${first!.pid}`, "--net"];
    const url = `ws://127.0.0.1:${lastOf(last, "EXPOSE")}/`;
    expect(await succeed([...inside, process.execPath, CLIENT, url])).toBe("echoed\n");
    await server.logged(/DISCONNECT/);
    await untilAlone(first!.pid);
    process.kill(first!.pid, "SIGTERM");
    expect(await server.exited()).toBe(0);
  });
});

/** Until process 1 has no child, not even a zombie. */
async function untilAlone(pid: number): Promise<void> {
  await eventually("the end of the orphan", () => childrenOf(pid).length === 0);
}

/** Whatever became of it. A change of user takes from process 1 that it ends with who started it. */
async function end(server: TestServer): Promise<void> {
  if (!server.running) return;
  for (const { pid } of childrenOf(server.pid)) process.kill(pid, "SIGKILL");
  await server.exited();
}

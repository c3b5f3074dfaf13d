// Processes that are started as somebody else, elsewhere, or with less: what they find, and what we have again afterwards.

import { getPriority, setPriority } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { UNCONTAINED, type Containment } from "../../src/service/containment.ts";
import { launch } from "../../src/service/launcher.ts";
import { ownLimit } from "../../src/service/resource-limits.ts";
import { descriptorCount, PATH, Running, serviceOptions } from "./running.ts";

const USUAL = Math.min(1024, ownLimit("nofile").hard);
const PRLIMIT = Bun.which("prlimit", { PATH });

async function outputOf(script: string, containment: Partial<Containment> = {}) {
  const running = await Running.contained(["sh", "-c", script], { ...UNCONTAINED, ...containment });
  await running.gone;
  return running.text.trim().split("\n");
}

describe("the limit of descriptors", () => {
  test("is the usual one for programs, and ours is as high as before", async () => {
    const before = ownLimit("nofile");
    const hard = before.hard === Infinity ? "unlimited" : String(before.hard);
    expect(await outputOf("ulimit -Sn; ulimit -Hn")).toEqual([String(USUAL), hard]);
    expect(ownLimit("nofile")).toEqual(before);
  });

  test("is there before the program's first instruction: the kernel says so of a program that has none", async () => {
    const running = await Running.start(["cat", "/proc/self/limits"]);
    await running.gone;
    expect(/^Max open files\s+(\d+)/m.exec(running.text)?.[1]).toBe(String(USUAL));
  });

  test.skipIf(ownLimit("nofile").hard < 1200)(
    "is lowered after the start where Bun needs a descriptor above it",
    async () => {
      const program = join(import.meta.dir, "many-descriptors.ts");
      const child = Bun.spawn([process.execPath, program], { stdout: "pipe", stderr: "pipe" });
      const said = await child.stdout.text();
      expect(await child.stderr.text()).toBe("");
      expect(said.split("\n")).toEqual([
        "1024",
        String(ownLimit("nofile").hard),
        "3 true true",
        "",
      ]);
    },
  );

  test("is left alone when it is set otherwise", async () => {
    const soft = ownLimit("nofile").soft;
    const [said] = await outputOf("ulimit -Sn", { hasUsualDescriptors: false });
    expect(said).toBe(soft === Infinity ? "unlimited" : String(soft));
  });
});

test("umask and directory are the program's alone", async () => {
  const ours = process.umask();
  const there = { umask: 0o071, directory: "/" };
  expect(await outputOf("umask; pwd -P", there)).toEqual(["0071", "/"]);
  expect(process.umask()).toBe(ours);
});

test("the operator's directory goes before the program's own", async () => {
  const options = await serviceOptions();
  const containment = { ...UNCONTAINED, directory: "/" };
  const command = { path: "/bin/pwd", argv: ["pwd"] };
  const stderr = { stderrLine: () => {} };
  const request = { command, environment: { PATH }, stderr, directory: "/dev", containment };
  const running = Running.of(() => launch(request, options));
  await running.gone;
  expect(running.text).toBe("/\n");
});

/** Root in a container may have no such right. */
function canGoBack(): boolean {
  const ours = getPriority();
  try {
    setPriority(ours - 1);
    setPriority(ours);
    return true;
  } catch {
    console.log("skipped: no permission for a lower niceness");
    return false;
  }
}

test.skipIf(!canGoBack())("niceness is the program's alone", async () => {
  const ours = getPriority();
  const niceness = { wanted: ours + 3, ours };
  expect(await outputOf("nice", { niceness })).toEqual([String(ours + 3)]);
  expect(getPriority()).toBe(ours);
});

describe.skipIf(PRLIMIT === null)("with a wrapper", () => {
  const limited = { wrapper: [PRLIMIT!, "--nofile=32:48", "--core=0:0", "--"] };

  test("limits hold, the number is the program's, and so is the exit status", async () => {
    const containment = { ...UNCONTAINED, ...limited };
    const script = "ulimit -Sn; ulimit -Hn; ulimit -c; echo $$; exit 7";
    const running = await Running.contained(["sh", "-c", script], containment);
    expect(await running.end).toEqual({ kind: "exit", status: 7 });
    await running.gone;
    expect(running.text).toBe(`32\n48\n0\n${running.service.pid}\n`);
  });

  test("words reach the program as they are", async () => {
    const containment = { ...UNCONTAINED, ...limited };
    const words = ["sh", "-c", 'printf "%s|" "$@"', "", "--pid", "a b", "$HOME", "; exit 3"];
    const running = await Running.contained(words, containment);
    await running.gone;
    expect(running.text).toBe("--pid|a b|$HOME|; exit 3|");
  });

  test("a program that is not there is told at once, and leaves nothing", async () => {
    const options = await serviceOptions();
    const before = descriptorCount();
    const command = { path: "/no/such/program", argv: ["program"] };
    const stderr = { stderrLine: () => {} };
    const containment = { ...UNCONTAINED, ...limited };
    const problem = launch({ command, environment: { PATH }, stderr, containment }, options);
    expect(problem).toMatchObject({ transient: false, text: expect.stringContaining("ENOENT") });
    expect(descriptorCount()).toBe(before);
  });
});

test("a directory that is gone is told at once, and the umask is ours again", async () => {
  const options = await serviceOptions();
  const ours = process.umask();
  const limit = ownLimit("nofile");
  const command = { path: "/bin/true", argv: ["true"] };
  const stderr = { stderrLine: () => {} };
  const containment = { ...UNCONTAINED, umask: 0o777, directory: "/no/such/directory" };
  const problem = launch({ command, environment: { PATH }, stderr, containment }, options);
  expect(problem).toMatchObject({ transient: false, text: expect.stringContaining("ENOENT") });
  expect(process.umask()).toBe(ours);
  expect(ownLimit("nofile")).toEqual(limit);
});

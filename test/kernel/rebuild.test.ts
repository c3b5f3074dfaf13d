// The committed kernel.wasm is what its sources build, and kernel.ts reads the state where they keep it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { DECODER, ENCODER, STATE_SIZE } from "../../src/kernel/kernel.ts";
import { OUTCOME } from "../support/plain-decoder.ts";

const ROOT = join(import.meta.dir, "../..");
const ASSEMBLY = "src/kernel/assembly";
/** As `build:kernel` in package.json has them. */
const FLAGS = (
  "-O3 --converge --enable simd --runtime stub " + "--noAssert --importMemory --memoryBase 1024"
).split(" ");
const BUILD_MS_MAX = 60_000;

test(
  "kernel.wasm is what its sources build",
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "websockd-kernel-"));
    try {
      const built = join(directory, "kernel.wasm");
      const compiler = join(ROOT, "node_modules/assemblyscript/bin/asc.js");
      const command = [process.execPath, compiler, `${ASSEMBLY}/index.ts`, "-o", built, ...FLAGS];
      const build = Bun.spawn(command, { cwd: ROOT, stdout: "ignore", stderr: "pipe" });
      const errors = await new Response(build.stderr).text();
      expect(await build.exited, errors).toBe(0);
      const rebuilt = await Bun.file(built).bytes();
      const committed = await Bun.file(join(ROOT, "src/kernel/kernel.wasm")).bytes();
      const isSame = Buffer.compare(rebuilt, committed) === 0;
      expect(
        isSame,
        "src/kernel/kernel.wasm is not what its sources build: bun run build:kernel",
      ).toBe(true);
    } finally {
      await rm(directory, { recursive: true });
    }
  },
  BUILD_MS_MAX,
);

/** The numbers in assembly/layout.ts. Its types are AssemblyScript's, so that it is read as text. */
async function readLayout(): Promise<ReadonlyMap<string, number>> {
  const source = await Bun.file(join(ROOT, ASSEMBLY, "layout.ts")).text();
  const constants = source.matchAll(/^export const (\w+): \w+ = (\d+);/gm);
  return new Map(Array.from(constants, ([, name, value]) => [name!, Number(value)]));
}

test("kernel.ts and assembly/layout.ts agree on the decoder's state", async () => {
  const layout = await readLayout();
  const offsets = Object.keys(DECODER).map((name) => [name, layout.get(name)]);
  expect(Object.fromEntries(offsets)).toEqual(DECODER);
});

test("kernel.ts and assembly/layout.ts agree on the encoder's state, behind the decoder's", async () => {
  const layout = await readLayout();
  const controlEnd = layout.get("CONTROL")! + 125;
  const encoderState = ENCODER.TAIL - layout.get("TAIL")!;
  expect(encoderState).toBeGreaterThanOrEqual(controlEnd);
  const offsets = Object.keys(ENCODER).map((name) => {
    const offset = layout.get(name === "DELIMITER" ? "ENCODER_DELIMITER" : name);
    return [name, encoderState + (offset ?? Number.NaN)];
  });
  expect(Object.fromEntries(offsets)).toEqual(ENCODER);
  expect(ENCODER.FRAGMENT_SIZE + 4).toBeLessThanOrEqual(STATE_SIZE);
});

test("the tests and assembly/layout.ts agree on the outcomes", async () => {
  const layout = await readLayout();
  const outcomes = Object.keys(OUTCOME).map((name) => [name, layout.get(name)]);
  expect(Object.fromEntries(outcomes)).toEqual(OUTCOME);
});

// Run by containment.test.ts: starts a program while no descriptor below the usual limit is free, and prints its limits.

import { openSync } from "node:fs";
import { UNCONTAINED, spawnContained } from "../../src/service/containment.ts";
import { ownLimit } from "../../src/service/resource-limits.ts";
import { makePipe } from "../../src/descriptors/posix.ts";

const DESCRIPTORS = 1100;

for (let i = 0; i < DESCRIPTORS; i++) openSync("/dev/null", "r");
const pipe = makePipe()!;
const { promise, resolve } = Promise.withResolvers<number | null>();
const { subprocess } = spawnContained(
  {
    // It says its limit when it is told to: by then it has been lowered.
    command: { path: "/bin/sh", argv: ["sh", "-c", "read line; ulimit -Sn; ulimit -Hn; exit 3"] },
    environment: {},
    stdio: [pipe.readEnd, 1, 2],
    onExit: (_, status) => resolve(status),
  },
  UNCONTAINED,
);
await Bun.write(Bun.file(pipe.writeEnd), "\n");
const status = await promise;
console.log(status, subprocess.pid > 0, ownLimit("nofile").soft === ownLimit("nofile").hard);
process.exit(0);

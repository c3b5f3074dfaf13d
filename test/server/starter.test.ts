// What a request has taken is given back, whatever becomes of it.

import { expect, test } from "bun:test";
import { createKernel, SLAB_SIZE } from "../../src/kernel/kernel.ts";
import { createLog } from "../../src/log.ts";
import type { Connection } from "../../src/net/connection.ts";
import { lookupName } from "../../src/net/lookup.ts";
import { Admission } from "../../src/server/admission.ts";
import { Attendance } from "../../src/server/attendance.ts";
import { commandProgram } from "../../src/server/programs.ts";
import { UNCONTAINED } from "../../src/service/containment.ts";
import { launch } from "../../src/service/launcher.ts";
import { EnvironmentMaker } from "../../src/server/environment.ts";
import { serviceOptionsOf } from "../../src/server/service-options.ts";
import { Sessions } from "../../src/server/sessions.ts";
import { Starter } from "../../src/server/starter.ts";
import { Readiness } from "../../src/descriptors/readiness.ts";
import { configOf } from "../cli/config-of.ts";
import { within } from "../support/server-deadline.ts";

const CALLER = { address: "127.0.0.1", port: 1, isLocal: false, isTls: true };
const HEAD = { method: "GET", target: "/", version: "1.1", fields: [], get: () => undefined };

/** A client of which no variables can be made, and the statuses that it is answered with. */
function brokenClient(): { connection: Connection; answered: Promise<number> } {
  const { promise: answered, resolve } = Promise.withResolvers<number>();
  const connection = {
    isOpen: true,
    hold() {},
    respond: ({ status }: { status: number }) => resolve(status),
    get tls(): never {
      throw new Error("not to be read");
    },
  };
  return { connection: connection as unknown as Connection, answered };
}

/** Starts a program for that client, and then calls `act`. */
async function start(
  connection: Connection,
  words: readonly string[],
  act: (admission: Admission, start: () => void) => unknown,
): Promise<void> {
  const config = configOf(...words, "cat");
  const kernel = createKernel({ slabBytes: 8 * SLAB_SIZE, sessionsMax: 1 });
  const readiness = await Readiness.create({ failed: () => {} });
  const marks = { high: 1, low: 0, slabsScarce: 1 };
  const rules = { config: config.admission, sessionsMax: 1, places: null };
  const admission = new Admission({ ...rules, hasRoom: () => true });
  const life = { once: false, exitIdleMs: null, idleReason: "", isIdle: () => true, close() {} };
  const attendance = new Attendance({ ...life, told: null });
  const shared = { config, kernel, readiness, marks, admission, log: createLog("none") };
  const environment = new EnvironmentMaker(config.environment, {});
  const serviceOptions = serviceOptionsOf(config, shared);
  const running = {
    containment: UNCONTAINED,
    environment,
    serviceOptions,
    launch,
    spares: null,
    gate: null,
    tally: null,
    sessions: new Sessions(),
    lookup: config.admission.reverseLookup ? { lookupName } : null,
  };
  const starter = new Starter({ ...shared, ...running, attendance });
  const programs = commandProgram({ path: "/bin/cat", argv: ["cat"] });
  const request = {
    exchange: { connection, head: HEAD, caller: CALLER },
    program: programs({ base: "", raw: "/", query: "" }),
    word: "CONNECT" as const,
    variables: {},
    join() {},
  };
  try {
    await act(admission, () => starter.start(request));
  } finally {
    readiness.close();
  }
}

test("a connection of which no variables can be made costs no place", async () => {
  const { connection } = brokenClient();
  await start(connection, [], (admission, go) => {
    expect(go).toThrow("not to be read");
    expect(admission.taken).toBe(0);
  });
});

test("nor does it behind --reverselookup, where nobody waits for the throw", async () => {
  const { connection, answered } = brokenClient();
  await start(connection, ["--reverselookup"], async (admission, go) => {
    go();
    expect(admission.taken).toBe(1);
    expect(await within("the answer", answered)).toBe(500);
    expect(admission.taken).toBe(0);
  });
});

test("no program is started once the server stops, also not behind --reverselookup", async () => {
  const { connection, answered } = brokenClient();
  await start(connection, ["--reverselookup"], async (admission, go) => {
    go();
    admission.stopping = true;
    expect(await within("the answer", answered)).toBe(503);
    expect(admission.taken).toBe(0);
  });
});

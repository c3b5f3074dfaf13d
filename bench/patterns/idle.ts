// Connections that echo once and then stay idle: what each costs in memory.
import { runIdle } from "../load/idle.ts";
import { ECHO_PROGRAM, type Pattern } from "./pattern.ts";

/** Longer says no more. */
const IDLE_SECONDS = 1;

export function idlePattern(connections: number): Pattern {
  return {
    name: `idle-${connections}`,
    kind: "idle",
    about: `${connections} connections that stay idle after one echo`,
    program: ECHO_PROGRAM,
    needs: [],
    connections,
    quick: false,
    run: (options) =>
      runIdle({
        ...options,
        durationSeconds: Math.min(options.durationSeconds, IDLE_SECONDS),
        connections,
        silent: false,
      }),
  };
}

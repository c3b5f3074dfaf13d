// A worker as its parent has it: a process of this very program, what it tells, and how it ends.

import { constants } from "node:os";
import type { AnswerPacket } from "../admin/questions.ts";
import { endedChild, startedChild } from "../service/orphans.ts";
import { closeDescriptor, makeSocketPair } from "../descriptors/posix.ts";
import { assignmentVariable, type Assignment } from "./assignment.ts";
import type { HandedSocket } from "./held-sockets.ts";
import { ownProgram, withHanded } from "./own-program.ts";
import type { DrainPlan } from "../server/drain-plan.ts";
import type { OwnEnvironment } from "../server/own-variables.ts";
import { EXIT_UNAVAILABLE } from "../server/start-error.ts";
import { READY, RELOADED, type DrainOrder, type WorkerProblem } from "./worker-message.ts";

export interface WorkerPlan {
  readonly assignment: Assignment;
  /** With what they lead to. */
  readonly sockets: readonly HandedSocket[];
  /** The descriptor of what all share. */
  readonly memory: number;
  /** Our own words, and our own environment: a worker is what we are. */
  readonly words: readonly string[];
  readonly environment: OwnEnvironment;
  /** Where a daemon has none. */
  readonly stderr: "inherit" | "ignore";
}

export interface WorkerEnd {
  /** As a shell tells of it: 128 and more for a signal. */
  readonly status: number;
  /** For the log: `exit 3`, `signal SIGKILL`. */
  readonly how: string;
  /** Why it could not serve, if it said so. */
  readonly problem: WorkerProblem | null;
}

export interface WorkerListener {
  ready(worker: WorkerProcess): void;
  reloaded(worker: WorkerProcess): void;
  /** Nothing more is heard of it. */
  ended(worker: WorkerProcess, end: WorkerEnd): void;
}

/** As of a daemon: far more than a worker takes. */
const START_TIMEOUT_MS = 60_000;
const EXIT_SIGNAL_BASE = 128;

export class WorkerProcess {
  readonly number: number;
  readonly startedAt = performance.now();
  isReady = false;
  readonly #child: Bun.Subprocess;
  readonly #listener: WorkerListener;
  readonly #deadline: ReturnType<typeof setTimeout>;
  /** What came before it could hear it. */
  readonly #missed = new Set<NodeJS.Signals>();
  /** Hears what it answers; null: nobody asks. */
  answered: ((packet: AnswerPacket) => void) | null = null;
  #control: { write(text: string): number } | null = null;
  #problem: WorkerProblem | null = null;
  #exit: Pick<WorkerEnd, "status" | "how"> | null = null;
  #isSilent = false;

  /** Starts it. Throws what Bun.spawn throws, or that there is no descriptor left. */
  constructor(plan: WorkerPlan, listener: WorkerListener) {
    this.number = plan.assignment.number;
    this.#listener = listener;
    const pair = makeSocketPair();
    if (pair === null) throw new Error("no file descriptor left");
    const [near, far] = pair;
    try {
      this.#child = this.#spawn(plan, far);
    } catch (error) {
      closeDescriptor(near);
      throw error;
    } finally {
      closeDescriptor(far);
    }
    startedChild(this.pid);
    this.#deadline = setTimeout(() => {
      const text = `a worker did not accept within ${START_TIMEOUT_MS} ms`;
      this.#problem = { text, status: EXIT_UNAVAILABLE };
      this.signal("SIGKILL");
    }, START_TIMEOUT_MS);
    const silent = () => this.#silent();
    const socket = {
      data: (_: unknown, packet: Buffer) => this.#heard(packet.toString()),
      close: silent,
      error() {},
    };
    Bun.connect({ fd: near, socket })
      .then((control) => (this.#control = control))
      .catch(silent);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** It reads what is said when it is ready. */
  say(packet: string): void {
    this.#control?.write(packet);
  }

  /** One that cannot hear the plan closes its sessions at once, or ends if it has not begun. */
  drain(plan: DrainPlan): void {
    const order = JSON.stringify({ drain: plan } satisfies DrainOrder);
    const isSaid = this.isReady && this.#control?.write(order) === order.length;
    if (!isSaid) this.#child.kill("SIGTERM");
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isReady || signal === "SIGTERM" || signal === "SIGKILL") this.#child.kill(signal);
    else this.#missed.add(signal); // it would end of it
  }

  #spawn(plan: WorkerPlan, control: number): Bun.Subprocess {
    const { assignment, sockets, memory, words, environment, stderr } = plan;
    return withHanded([control, memory, ...sockets.map(({ fd }) => fd)], (handed) =>
      Bun.spawn(ownProgram(words), {
        argv0: process.argv0,
        env: { ...environment, ...assignmentVariable(assignment) },
        stdio: ["ignore", "inherit", stderr, ...handed],
        detached: true, // the terminal's Ctrl-C is for us to pass on
        onExit: (_, status, signal) => this.#exited(status, signal),
      }),
    );
  }

  #heard(message: string): void {
    if (message === RELOADED) return this.#listener.reloaded(this);
    if (message !== READY) {
      const said = JSON.parse(message) as WorkerProblem | AnswerPacket;
      if ("id" in said) this.answered?.(said);
      else this.#problem = said;
      return;
    }
    clearTimeout(this.#deadline);
    this.isReady = true;
    for (const signal of this.#missed) this.#child.kill(signal);
    this.#missed.clear();
    this.#listener.ready(this);
  }

  #exited(status: number | null, signal: number | string | null): void {
    clearTimeout(this.#deadline);
    endedChild(this.pid);
    const number =
      typeof signal === "number" ? signal : constants.signals[signal as NodeJS.Signals];
    this.#exit =
      signal === null
        ? { status: status ?? EXIT_UNAVAILABLE, how: `exit ${status}` }
        : { status: EXIT_SIGNAL_BASE + number, how: `signal ${signal}` };
    this.#tellEnd();
  }

  #silent(): void {
    this.#isSilent = true;
    this.#tellEnd();
  }

  /** What it said last may come after its exit. */
  #tellEnd(): void {
    if (this.#exit === null || !this.#isSilent) return;
    this.#listener.ended(this, { ...this.#exit, problem: this.#problem });
  }
}

// One question to a program: its environment asks, its exit and a short stdout answer, in bounded time; nothing of it stays.

import type { CgroupLeaf } from "./cgroup.ts";
import { spawnContained, type Contained, type Containment } from "./containment.ts";
import { Ending } from "./ending.ts";
import {
  closeAll,
  exitCause,
  launchProblem,
  NO_PIPES,
  type Command,
  type ExitCause,
  type LaunchProblem,
} from "./launcher.ts";
import { PipeReader, type PipeContext, type PipeReaderHandler } from "./pipes.ts";
import { closeDescriptor, makePipe } from "../descriptors/posix.ts";
import { ProcessGroup } from "./process-group.ts";
import { StderrExcerpt } from "./stderr-excerpt.ts";
import type { StderrListener } from "./stderr-reader.ts";
import type { TerminationStep } from "./termination.ts";

/** For what did not end by itself: somebody waits for it, and it has nothing that must be kept. */
const LADDER: readonly TerminationStep[] = [
  { signal: "SIGTERM", waitMs: 250 },
  { signal: "SIGKILL", waitMs: 0 },
];
/** Of one read: more than an answer may have need not be read at once. */
const READ_SIZE_MAX = 64 * 1024;

export interface ConsultationOptions extends PipeContext {
  /** `log`: to the listener. */
  readonly stderr: "log" | "inherit" | "off";
  readonly timeoutMs: number;
  /** Bytes of stdout. */
  readonly outputSizeMax: number;
}

/** Why there is no answer. */
export type NoAnswer = "late" | "too long" | "withdrawn" | "defect";

export interface Answer {
  readonly exit: ExitCause;
  readonly output: Uint8Array;
}

export interface ConsultationListener extends StderrListener {
  /** Comes once. */
  answered(answer: Answer | NoAnswer): void;
  /** Nothing is left of the program, or nothing more can be done. Comes once, after `answered`. */
  over(): void;
}

export interface ConsultationRequest {
  readonly command: Command;
  /** All that the program finds in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly containment: Containment;
  readonly listener: ConsultationListener;
}

/** Starts the program in a session and process group of its own. */
export function consult(
  request: ConsultationRequest,
  options: ConsultationOptions,
): Consultation | LaunchProblem {
  const { command, environment, containment, listener } = request;
  const pipes = [makePipe(), ...(options.stderr === "log" ? [makePipe()] : [])];
  const [stdout, stderr] = pipes;
  if (!stdout || stderr === null) {
    closeAll(pipes);
    return NO_PIPES;
  }
  const kept = options.stderr === "inherit" ? "inherit" : "ignore";
  let consultation: Consultation | null = null;
  let started: Contained;
  try {
    started = spawnContained(
      {
        command,
        environment,
        stdio: ["ignore", stdout.writeEnd, stderr?.writeEnd ?? kept],
        onExit: (_, status, signal) => consultation?.exited(exitCause(status, signal)),
      },
      containment,
    );
  } catch (error) {
    closeAll(pipes);
    return launchProblem(error);
  }
  closeDescriptor(stdout.writeEnd);
  if (stderr !== undefined) closeDescriptor(stderr.writeEnd);
  const { pid } = started.subprocess;
  const ends = { stdout: stdout.readEnd, stderr: stderr?.readEnd ?? null };
  consultation = new Consultation({ pid, leaf: started.leaf, ...ends }, options, listener);
  return consultation;
}

/** The process, and our ends of its pipes. */
interface ConsultationParts {
  readonly pid: number;
  readonly leaf: CgroupLeaf | null;
  readonly stdout: number;
  readonly stderr: number | null;
}

export class Consultation implements PipeReaderHandler {
  readonly pid: number;
  readonly #listener: ConsultationListener;
  readonly #kernel: PipeContext["kernel"];
  readonly #sizeMax: number;
  readonly #stdout: PipeReader;
  readonly #stderr: StderrExcerpt | null;
  readonly #ending: Ending;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;
  #hasAnswered = false;

  constructor(
    { pid, leaf, stdout, stderr }: ConsultationParts,
    options: ConsultationOptions,
    listener: ConsultationListener,
  ) {
    this.pid = pid;
    this.#listener = listener;
    this.#kernel = options.kernel;
    this.#sizeMax = options.outputSizeMax;
    this.#stdout = new PipeReader(stdout, { ...options, readSizeMax: READ_SIZE_MAX }, this);
    this.#stderr = stderr === null ? null : new StderrExcerpt(stderr, options, listener);
    this.#ending = new Ending({
      ladder: LADDER,
      extraMs: 0,
      finishTimeoutMs: null,
      group: new ProcessGroup(pid, leaf),
      endInput() {},
      backlog: () => 0,
      over: () => listener.over(),
    });
    this.#timer = setTimeout(() => this.#breakOff("late"), options.timeoutMs);
  }

  /** The answer is not wanted any more. */
  withdraw(): void {
    this.#breakOff("withdrawn");
  }

  /** Without waiting for anything. */
  kill(): void {
    this.#ending.signal("SIGKILL");
  }

  /** The program has ended; called once by whoever started it. */
  exited(exit: ExitCause): void {
    this.#ending.leaderExited();
    // What it wrote before is in the pipe; who else may hold that is not asked.
    this.#stdout.readRest();
    this.#stdout.close();
    this.#stderr?.end();
    this.#answer({ exit, output: Buffer.concat(this.#chunks) });
    this.#ending.conclude();
  }

  // From stdout.

  chunk(begin: number, end: number): void {
    this.#size += end - begin;
    if (this.#size > this.#sizeMax) this.#breakOff("too long");
    else this.#chunks.push(this.#kernel.bytes.slice(begin, end));
  }

  /** It may close its stdout, and think on. */
  finished(): void {}

  failed(): void {
    this.#breakOff("defect");
  }

  #breakOff(why: NoAnswer): void {
    if (this.#hasAnswered) return;
    this.#stdout.close();
    this.#ending.begin();
    this.#answer(why);
  }

  #answer(answer: Answer | NoAnswer): void {
    if (this.#hasAnswered) return;
    this.#hasAnswered = true;
    clearTimeout(this.#timer);
    this.#listener.answered(answer);
  }
}

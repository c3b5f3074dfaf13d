// Starts a service: finds the program once, then gives each session a process with pipes of its own.

import { accessSync, constants as fsConstants, existsSync, statSync } from "node:fs";
import { constants as osConstants } from "node:os";
import { resolve } from "node:path";
import type { EndCause } from "../session/endpoint.ts";
import {
  spawnContained,
  UNCONTAINED,
  type Contained,
  type Containment,
  type SpawnRequest,
} from "./containment.ts";
import { closeDescriptor, makePipe, type Pipe } from "../descriptors/posix.ts";
import { ServiceProcess, type ServiceOptions, type StderrMode } from "./process.ts";
import { usageOf } from "./resource-usage.ts";
import type { StderrListener } from "./stderr-reader.ts";

export interface Command {
  /** Absolute path of the program. */
  readonly path: string;
  /** argv, the name as the user gave it first. */
  readonly argv: readonly string[];
}

export type CommandProblem = {
  readonly kind: "not found" | "not executable";
  /** Names the paths that were tried and the remedy. */
  readonly text: string;
};

/** Finds COMMAND as execvp(3) would: through PATH unless it has a slash. */
export function resolveCommand(argv: readonly string[], path: string): Command | CommandProblem {
  const name = argv[0] ?? "";
  const candidates = name.includes("/")
    ? [resolve(name)]
    : path.split(":").map((directory) => resolve(directory || ".", name));
  let found: string | undefined;
  for (const candidate of candidates) {
    if (!isProgramFile(candidate)) continue;
    found ??= candidate;
    if (isExecutable(candidate)) return { path: candidate, argv };
  }
  if (found !== undefined) {
    const text = `Cannot run "${found}": permission denied (chmod +x it)`;
    return { kind: "not executable", text };
  }
  const tried = [...new Set(candidates)].join(", ");
  const text = `Cannot find the program "${name}" (tried ${tried}${mistakeIn(name)})`;
  return { kind: "not found", text };
}

/** What was meant, where that can be seen. */
function mistakeIn(name: string): string {
  const place = resolve(name);
  if (name !== "" && !name.includes("/") && isProgramFile(place)) {
    return `; there is one here: write ./${name}`;
  }
  if (name.includes("/") && existsSync(place)) return "; that is a directory";
  return /\s/.test(name) ? "; arguments are words of their own, not in one with it" : "";
}

function isProgramFile(path: string): boolean {
  try {
    return !statSync(path).isDirectory();
  } catch {
    return false; // not there, or not to be seen: a place that is no directory, a name that is too long
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, fsConstants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export type LaunchProblem = {
  /** True when another try later may work: out of processes, descriptors, terminals or memory. */
  readonly transient: boolean;
  readonly text: string;
};

/** ENOSPC: of terminals (pty(7), kernel.pty.max). */
const TRANSIENT = new Set(["EAGAIN", "EMFILE", "ENFILE", "ENOMEM", "ENOSPC"]);
export const NO_PIPES: LaunchProblem = {
  transient: true,
  text: "no file descriptor left for its pipes",
};

/** execve(2) of a file that was there at the start: Bun's message says no more than the code. */
const NOT_STARTED: Readonly<Record<string, string>> = {
  ENOENT:
    "it is gone, or its directory, or what its first line names after #! (a \\r before the line's end counts)",
  ENOEXEC: "it has no first line such as #!/bin/sh, or is for another kind of machine",
};

/** What Bun.spawn threw. */
export function launchProblem(error: unknown): LaunchProblem {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const cause = NOT_STARTED[code];
  return {
    transient: TRANSIENT.has(code),
    text: cause === undefined ? message : `${code}: ${cause}`,
  };
}

export interface LaunchRequest {
  readonly command: Command;
  /** All that the program finds in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stderr: StderrListener;
  /** Where it is started; default: where we are. */
  readonly directory?: string;
  /** Default: as we are. */
  readonly containment?: Containment;
  /** Told when the program has exited, and the service knows how. */
  readonly exited?: () => void;
}

/** How a program is started: on pipes, or in a terminal. */
export type Launch = typeof launch;

/** Starts the program in a session and process group of its own. */
export function launch(
  request: LaunchRequest,
  options: ServiceOptions,
): ServiceProcess | LaunchProblem {
  const { command, environment, stderr: listener, directory, containment } = request;
  const readsStderr = options.stderr === "log" || options.stderr === "client";
  const stdin = makePipe();
  const stdout = makePipe();
  const stderr = readsStderr ? makePipe() : undefined;
  if (stdin === null || stdout === null || stderr === null) {
    closeAll([stdin, stdout, stderr]);
    return NO_PIPES;
  }
  const exit: ExitListener = { service: null, exited: request.exited };
  let started: Contained;
  try {
    started = spawnContained(
      {
        command,
        environment,
        ...(directory === undefined ? {} : { directory }),
        stdio: [stdin.readEnd, stdout.writeEnd, stderrOf(options.stderr, { stdout, stderr })],
        onExit: tellExitTo(exit),
      },
      containment ?? UNCONTAINED,
    );
  } catch (error) {
    closeAll([stdin, stdout, stderr]);
    return launchProblem(error);
  }
  closeDescriptor(stdin.readEnd);
  closeDescriptor(stdout.writeEnd);
  if (stderr !== undefined) closeDescriptor(stderr.writeEnd);
  const { pid } = started.subprocess;
  const { leaf } = started;
  const service = new ServiceProcess(
    { pid, leaf, stdin: stdin.writeEnd, stdout: stdout.readEnd, stderr: stderr?.readEnd ?? null },
    options,
    listener,
  );
  exit.service = service;
  return service;
}

export interface ExitListener {
  service: ServiceProcess | null;
  readonly exited: (() => void) | undefined;
}

/** Apart from `launch`, so that the environment does not live as long as the program. */
export function tellExitTo(listener: ExitListener): SpawnRequest["onExit"] {
  return (subprocess, status, signal) => {
    listener.service?.exited(exitCause(status, signal), usageOf(subprocess));
    listener.exited?.();
  };
}

/** What the program has for its stderr. */
function stderrOf(
  mode: StderrMode,
  { stdout, stderr }: { stdout: Pipe; stderr: Pipe | undefined },
): number | "inherit" | "ignore" {
  if (mode === "merge") return stdout.writeEnd;
  if (mode === "inherit") return "inherit";
  return stderr?.writeEnd ?? "ignore";
}

export function closeAll(pipes: readonly (Pipe | null | undefined)[]): void {
  for (const pipe of pipes) {
    if (!pipe) continue;
    closeDescriptor(pipe.readEnd);
    closeDescriptor(pipe.writeEnd);
  }
}

/** How a program ended. */
export type ExitCause = Extract<EndCause, { kind: "exit" | "signal" }>;

/** wait(2), in words. Bun gives a signal by name, or by number when it has no name (the real-time ones). */
export function exitCause(status: number | null, signal: number | string | null): ExitCause {
  if (signal === null) return { kind: "exit", status: status ?? 0 };
  const number =
    typeof signal === "number" ? signal : (osConstants.signals[signal as NodeJS.Signals] ?? 0);
  return { kind: "signal", name: String(signal), number };
}

// Starts a service in a pseudo-terminal: one of its own that it controls, or one for lines in the place of its pipes.

import { accessSync, constants, fchownSync } from "node:fs";
import { closeDescriptor, makePipe } from "../descriptors/posix.ts";
import {
  expectUtf8,
  makeLineTerminal,
  openPty,
  resizePty,
  type Pty,
  type PtySize,
} from "../descriptors/pty.ts";
import { spawnContained, UNCONTAINED, type Contained, type SpawnRequest } from "./containment.ts";
import { JobGroups } from "./job-groups.ts";
import {
  closeAll,
  launchProblem,
  NO_PIPES,
  tellExitTo,
  type Command,
  type ExitListener,
  type Launch,
  type LaunchRequest,
} from "./launcher.ts";
import { LineInput } from "./line-input.ts";
import { ServiceProcess, type ServiceOptions, type StderrMode } from "./process.ts";
import type { TerminalParts } from "./service-parts.ts";
import { Terminal } from "./terminal.ts";
import { TypedInput } from "./typed-input.ts";

export interface TerminalKind extends PtySize {
  /** `pipe`: for programs that read and write lines, and know nothing of terminals. */
  readonly mode: "terminal" | "pipe";
  /** What clients type is dropped. */
  readonly isReadonly: boolean;
}

/** What a program is told of the terminal unless the operator says it: `dumb` has no colours. */
const NAMES: Readonly<Record<TerminalKind["mode"], string>> = {
  terminal: "xterm-256color",
  pipe: "dumb",
};

/** sh(1), which POSIX has be there. */
export const SHELL = "/bin/sh";

/** Starts programs in such terminals. */
export function terminalLauncher(kind: TerminalKind): Launch {
  return (request, options) => launchIn(kind, request, options);
}

function launchIn(kind: TerminalKind, request: LaunchRequest, options: ServiceOptions) {
  const { containment = UNCONTAINED } = request;
  const readsStderr = options.stderr === "log" || options.stderr === "client";
  let pty: Pty;
  try {
    accessSync(request.command.path, constants.X_OK);
    pty = openPty();
  } catch (error) {
    return launchProblem(error);
  }
  const { master, slave } = pty;
  const stderr = readsStderr ? makePipe() : undefined;
  const exit: ExitListener = { service: null, exited: request.exited };
  let started: Contained;
  try {
    if (stderr === null) throw new Error(NO_PIPES.text);
    prepare(pty, kind, containment.account);
    const ends = stderrOf(options.stderr, { slave, stderr: stderr?.writeEnd });
    started = spawnContained(spawnRequest(kind, request, { pty, ends, exit }), containment);
  } catch (error) {
    closeDescriptor(slave);
    closeDescriptor(master);
    closeAll([stderr]);
    return stderr === null ? NO_PIPES : launchProblem(error);
  }
  closeDescriptor(slave);
  if (stderr !== undefined) closeDescriptor(stderr.writeEnd);
  const { leaf, subprocess } = started;
  const { pid } = subprocess;
  const terminal: TerminalParts = {
    group: new JobGroups(pid, leaf),
    attach(handler, context) {
      const output = new Terminal(master, context, handler);
      const { kernel } = context;
      const isTyped = kind.mode === "terminal";
      const input = isTyped
        ? new TypedInput(output, kernel, { handler, isReadonly: kind.isReadonly })
        : new LineInput(output, kernel);
      return { input, output };
    },
  };
  const parts = { pid, leaf, stdin: -1, stdout: -1, stderr: stderr?.readEnd ?? null, terminal };
  const service = new ServiceProcess(parts, options, request.stderr);
  exit.service = service;
  return service;
}

/** Before anybody has it; whoever shall open it by its path owns it. */
function prepare({ master, slave }: Pty, kind: TerminalKind, account: number | null): void {
  if (account !== null) fchownSync(slave, account, -1);
  if (kind.mode === "pipe") makeLineTerminal(master);
  else expectUtf8(master);
  resizePty(master, kind);
}

type Ends = SpawnRequest["stdio"][2];

function spawnRequest(
  { mode }: TerminalKind,
  { command, environment, directory }: LaunchRequest,
  of: { pty: Pty; ends: Ends; exit: ExitListener },
): SpawnRequest {
  const { pty, ends, exit } = of;
  return {
    command: mode === "terminal" ? controlling(command, pty.path) : command,
    environment: { TERM: NAMES[mode], ...environment },
    ...(directory === undefined ? {} : { directory }),
    stdio: [pty.slave, pty.slave, ends],
    onExit: tellExitTo(exit),
  };
}

/**
 * tty(4), setsid(2): the terminal that the leader of a session opens first is the one that it is controlled by, and no
 * code of ours runs between fork and exec. So a shell opens it, and becomes the program.
 */
function controlling({ path, argv }: Command, terminal: string): Command {
  const script = `exec "$@" <>${terminal} >&0 2>&0`;
  return { path: SHELL, argv: ["sh", "-c", script, "sh", path, ...argv.slice(1)] };
}

function stderrOf(mode: StderrMode, of: { slave: number; stderr: number | undefined }): Ends {
  if (mode === "merge") return of.slave;
  return mode === "inherit" ? "inherit" : (of.stderr ?? "ignore");
}

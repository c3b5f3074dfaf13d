// What a service is made of besides its process: the two ends that are ours of what it reads from and writes to.

import type { CgroupLeaf } from "./cgroup.ts";
import type { ServiceGroup } from "./ending.ts";
import type { EndCause } from "../session/endpoint.ts";
import type { PipeContext, PipeReaderHandler, PipeWriterHandler } from "./pipes.ts";

/** What the program reads from: a pipe, or a terminal. */
export interface InputEnd {
  /** Takes kernel memory [begin, end), or lets it wait. False: nor could it wait, the slabs are used up. */
  send(begin: number, end: number): boolean;
  /** The end of file, behind what waits. */
  end(): void;
  /** What waits is dropped, and what comes. */
  close(): void;
}

export interface TerminalInput extends InputEnd {
  /** The first step of its end: the hang-up, or the end of file. */
  hangUp(): void;
}

/** What it writes to. */
export interface OutputEnd {
  readonly paused: boolean;
  pause(): void;
  resume(): void;
  /** Reads what is there, or until it is paused, and no more than there could have been at once. */
  readRest(): void;
  /** Stops reading; `finished` will not be called. */
  close(): void;
}

/** Hears both ends of a terminal. */
export interface TerminalHandler extends PipeReaderHandler, PipeWriterHandler {
  /** What the client asked of the terminal is nothing that it may. */
  refused(cause: EndCause): void;
}

/** A terminal in the place of the pipes. */
export interface TerminalParts {
  readonly attach: (
    handler: TerminalHandler,
    context: PipeContext,
  ) => { readonly input: TerminalInput; readonly output: OutputEnd };
  readonly group: ServiceGroup;
}

/** The parent's ends of the pipes, and the process. */
export interface ServiceParts {
  readonly pid: number;
  /** Of its own; null: none. */
  readonly leaf: CgroupLeaf | null;
  /** Of no account beside a terminal. */
  readonly stdin: number;
  readonly stdout: number;
  /** Null where it is not for us to read. */
  readonly stderr: number | null;
  readonly terminal?: TerminalParts;
}

// Where the frames of what a program writes go, and what is told of it.

import type { OutputFault } from "./output-fault.ts";

export interface OutputSink {
  /** False: nothing more can be sent, and what is kept has been released. */
  readonly isOpen: boolean;
  /** Sends the frames that lie from kernel.frames on. */
  transmit(framesEnd: number): void;
  /** The record that comes next is not UTF-8, and the policy is to close. */
  refuse(): void;
  /** The framing is broken: nothing that comes now can be told apart. */
  broken(fault: OutputFault): void;
  /** A record is not UTF-8. */
  invalid(): void;
  outOfMemory(): void;
}

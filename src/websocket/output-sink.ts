// Where the frames of what a program writes go, and what is told of it.

export interface OutputSink {
  /** False: nothing more can be sent, and what is kept has been released. */
  readonly isOpen: boolean;
  /** Sends the frames that lie from kernel.frames on. */
  transmit(framesEnd: number): void;
  /** The record that comes next is not UTF-8, and the policy is to close. */
  refuse(): void;
  /** A record is not UTF-8. */
  invalid(): void;
  outOfMemory(): void;
}

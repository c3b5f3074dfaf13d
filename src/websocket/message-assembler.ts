// What makes records of messages that come in pieces.

export interface RecordHandler {
  /** Records, or a piece of one, in kernel memory [begin, end): dies on return. */
  payload(begin: number, end: number): void;
  /** What must be kept could not be: nothing more can come of this connection. */
  outOfMemory(): void;
  /** True when nothing is wanted any more: what is kept has been released. */
  readonly closed: boolean;
}

/** Works in memory that all sessions share: what is there must be flushed before the stack unwinds. */
export interface MessageAssembler {
  /** Where the next byte of the open message goes; the caller writes it, and moves this on. */
  at: number;
  /** How many bytes can be written there. */
  readonly room: number;
  begin(opcode: number, handler: RecordHandler): void;
  end(handler: RecordHandler): void;
  /** Hands on what is whole, or may come in pieces, and keeps the rest. */
  flush(handler: RecordHandler): void;
  release(): void;
}

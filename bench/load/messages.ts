// What a connection needs of its messages, whatever they are: bytes to send, and a judge of the bytes that come.

/** Frames as they leave, in a ring. */
export type FrameSource = {
  readonly bytes: Buffer;
  readonly ringLength: number;
  /** How many of the `length` bytes from `begin` lie in a row; at least one. */
  inARow(begin: number, length: number): number;
};

export type Messages = {
  readonly sent: FrameSource;
  /** Messages that came back whole. */
  readonly completed: number;
  /** Messages that the server owes. */
  readonly inFlight: number;
  /** What the server did wrong. */
  readonly problem: string | undefined;
  /** Begins the next `count` messages, and returns how many bytes of `sent` they are. */
  send(count: number, nanoseconds: number): number;
  /** Judges what the server sent, and returns how many messages it completed. The bytes die when it returns. */
  receive(chunk: Buffer, begin: number, nanoseconds: number): number;
};

export type MessagesOptions = {
  /** Which connection it is, from 0. */
  readonly index: number;
  /** Called for each batch, or part of one, that a chunk completed. */
  readonly onEchoes: (count: number, microseconds: number) => void;
  /** The payload is the callee's to keep. */
  readonly onPing: (payload: Uint8Array) => void;
};

export type NewMessages = (options: MessagesOptions) => Messages;

// What a session joins: two things that take bytes, give bytes, and end.

/** Why an endpoint ended, or why it is told to, in words that fit a socket and a process alike. */
export type EndCause =
  /** The client closed, with this code if it gave one. */
  | { readonly kind: "closed"; readonly code: number | undefined }
  /** The connection is gone without a farewell. */
  | { readonly kind: "gone" }
  /** Nothing came from the client for two ping intervals. */
  | { readonly kind: "silent" }
  /** The client took nothing of what waits for it. */
  | { readonly kind: "stalled" }
  /** The peer broke the protocol or a limit: `code` is what it was told. */
  | {
      readonly kind: "violation";
      readonly code: number;
      readonly name: string;
      readonly text: string;
    }
  /** The program wrote what cannot be sent: `code` is what the client was told. */
  | {
      readonly kind: "output";
      readonly code: number;
      readonly name: string;
      readonly text: string;
    }
  /** The client asked for what its service does not do; the text says what it does. */
  | { readonly kind: "refused"; readonly text: string }
  /** The program exited. */
  | { readonly kind: "exit"; readonly status: number }
  /** A signal ended the program. */
  | { readonly kind: "signal"; readonly name: string; readonly number: number }
  /** The program did not begin its answer in time. */
  | { readonly kind: "timeout" }
  /** The session has lasted, or was idle, as long as it may. */
  | { readonly kind: "expired"; readonly limit: "session" | "idle" }
  /** Whoever runs the server has ended it. */
  | { readonly kind: "operator" }
  /** The server is stopping: `code` is what the client is told, 1001 by default. */
  | { readonly kind: "stopping"; readonly code?: number }
  /** A handler of the server threw. */
  | { readonly kind: "defect" }
  /** The server has no buffer memory left for this session. */
  | { readonly kind: "no-memory" };

const OF_CLIENT: ReadonlySet<EndCause["kind"]> = new Set([
  "closed",
  "gone",
  "silent",
  "stalled",
  "violation",
  "refused",
]);

/** It says only that nobody listens any more. */
export function isOfClient({ kind }: EndCause): boolean {
  return OF_CLIENT.has(kind);
}

export interface Endpoint {
  /** Hears what this endpoint has to say; set before anything can happen. */
  listener: EndpointListener;
  /**
   * Delivers kernel memory [begin, end). What cannot go out at once is copied and waits; the memory may be reused on
   * return. After `end` or `destroy`, bytes are dropped.
   */
  send(begin: number, end: number): void;
  /** True while more waits here than the high mark, until less than the low mark does. */
  readonly congested: boolean;
  /** Stops giving bytes, as soon as it can: a chunk under way may still come. */
  pause(): void;
  resume(): void;
  /** Delivers what waits, then the end of input: a service sees the end of file, and may go on to answer. */
  endInput(): void;
  /** Delivers what waits, then ends in an orderly way, in bounded time; `closed` follows. */
  end(cause: EndCause): void;
  /** Ends at once, what waits is dropped; `closed` follows. */
  destroy(): void;
}

export interface EndpointListener {
  /** Bytes from this endpoint, in kernel memory [begin, end): they die on return, who keeps them copies them. */
  received(begin: number, end: number): void;
  /** No longer congested. */
  drained(): void;
  /** Gives no more bytes, but still takes them. Comes at most once, before `ended`. */
  inputEnded(): void;
  /** Gives no more bytes, and drops those that it is sent. Comes once, before `closed`. */
  ended(cause: EndCause): void;
  /** Gone: nothing more will be heard of it. Comes once. */
  closed(): void;
}

/** Hears nothing: an endpoint's listener until a session takes it. */
export const SILENT_LISTENER: EndpointListener = {
  received() {},
  drained() {},
  inputEnded() {},
  ended() {},
  closed() {},
};

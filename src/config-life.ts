// Of the frozen configuration: how programs begin and end, and the server with them.

export interface LifeConfig {
  /** How a program is ended; the last step is SIGKILL. */
  readonly ladder: readonly StopStep[];
  /** How long a program whose client is gone may go on by itself; null: the ladder begins at once. */
  readonly finishTimeoutMs: number | null;
  /** How long output that others hold is waited for after the program's exit. */
  readonly lingerMs: number;
  /** Null: none. */
  readonly sessionTimeoutMs: number | null;
  readonly idleTimeoutMs: number | null;
  /** Serve one WebSocket, and exit. */
  readonly once: boolean;
  /** Exit when nobody was connected for so long; null: never. */
  readonly exitIdleMs: number | null;
}

/** What a signal to stop leads to. */
export interface DrainConfig {
  /** So long clients are let in as before, while /readyz says already that they should go elsewhere. */
  readonly delayMs: number;
  /** What becomes of sessions then: they are closed, or may end by themselves. */
  readonly mode: "close" | "finish";
  /** Their closes are spread over so long (null: all at once); or what has not ended by then is closed (null: never). */
  readonly timeoutMs: number | null;
  /** RFC 6455 7.4.1: Going Away; or "Service Restart" of the IANA registry. */
  readonly code: 1001 | 1012;
}

export interface PreforkConfig {
  /** Programs that wait for a client; 0: none. */
  readonly count: number;
  /** A client's variables are the first line of stdin; else they are told to no program. */
  readonly tellsVariables: boolean;
}

export interface StopStep {
  /** For the process group; null: the end of file on stdin. */
  readonly signal: NodeJS.Signals | null;
  /** Milliseconds until the next step. */
  readonly waitMs: number;
}

// The part of the configuration that says how a server comes to its end.

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

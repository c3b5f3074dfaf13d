// What a load pattern is: a name, the program behind the server, and a run that returns figures.
import type { LoadResult } from "../load/figures.ts";
import type { RunOptions } from "../load/options.ts";

/** What a server has to be able to do. */
export type Feature = "tls" | "deflate";

/** Patterns of one kind are shown together. */
export type Kind = "echo" | "size" | "ramp" | "starts" | "one-way" | "other" | "idle";

export type Pattern = {
  readonly name: string;
  readonly kind: Kind;
  /** One line for a person. */
  readonly about: string;
  /** The program that the server starts for each connection. */
  readonly program: readonly string[];
  readonly needs: readonly Feature[];
  /** Connections that are open at once: so many programs run. */
  readonly connections: number;
  /** Payload of a message in bytes, where all have the same. */
  readonly size?: number;
  /** Whether it is part of `--quick`. */
  readonly quick: boolean;
  /** Sends, checks and measures; never rejects for what a server does wrong. */
  run(options: RunOptions): Promise<LoadResult>;
};

export const ECHO_PROGRAM: readonly string[] = ["cat"];

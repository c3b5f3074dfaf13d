// What a server under test is: how it starts, and which patterns it can run.
import type { Feature, Pattern } from "../patterns/pattern.ts";
import type { CertificateFiles } from "./certificate.ts";

export type RunningServer = {
  readonly url: string;
  /** The process whose CPU and memory are the server's. */
  readonly pid: number;
  /** Resolves when it has ended. */
  stop(): Promise<void>;
};

export type StartOptions = {
  /** What it starts for each connection. */
  readonly program: readonly string[];
  /** Speak TLS with this certificate. */
  readonly tls: CertificateFiles | undefined;
  readonly deflate: boolean;
};

export type Server = {
  readonly name: string;
  /** A few words for a person. */
  readonly about: string;
  /** Ours, or one that is to be compared with the others: these are what `--against` judges. */
  readonly judged: boolean;
  readonly features: readonly Feature[];
  /** Whether it starts the program that a pattern names, or always `cat`. */
  readonly anyProgram: boolean;
  /** The only patterns that it is for. Default: all. */
  readonly only?: readonly string[];
  /** Those that it holds for one session. */
  readonly descriptorsPerSession: number;
  /** Rejects when it cannot be started or does not listen in time. */
  start(options: StartOptions): Promise<RunningServer>;
};

/** Why a server does not run a pattern, or undefined. */
export function cannotRun(server: Server, pattern: Pattern): string | undefined {
  const lacking = pattern.needs.find((feature) => !server.features.includes(feature));
  if (lacking !== undefined) return `it has no ${FEATURE_NAMES[lacking]}`;
  if (server.only?.includes(pattern.name) === false) return "it is the same as without the option";
  if (!server.anyProgram && pattern.program.join(" ") !== "cat") return "it has only cat";
  return undefined;
}

const FEATURE_NAMES: Readonly<Record<Feature, string>> = {
  tls: "TLS",
  deflate: "permessage-deflate",
};

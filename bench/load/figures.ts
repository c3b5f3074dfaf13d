// What a run of a pattern gives: an outcome, and the figures that apply to it.
import type { Buckets } from "./histogram.ts";

/** Each is left out where it does not apply or the machine does not tell. A message is counted when its echo is whole. */
export type Figures = {
  readonly seconds?: number;
  readonly messages?: number;
  readonly messagesPerSecond?: number;
  /** Payload, one direction, in 10^6 bytes. */
  readonly megabytesPerSecond?: number;
  readonly p50Microseconds?: number;
  readonly p90Microseconds?: number;
  readonly p99Microseconds?: number;
  readonly p999Microseconds?: number;
  readonly maxMicroseconds?: number;
  /** Of the server's process alone, without the services that it started: so are all the following. */
  readonly cpuMicrosecondsPerMessage?: number;
  readonly cpuMicrosecondsPerMegabyte?: number;
  /** It had nothing to do, and waited. */
  readonly voluntarySwitchesPerMessage?: number;
  /** Another was given the core. */
  readonly involuntarySwitchesPerMessage?: number;
  readonly systemCallsPerMessage?: number;
  /** At the end of the measured time. */
  readonly residentKibibytes?: number;
  /** Grown since before the first connection, divided by the connections. */
  readonly kibibytesPerConnection?: number;
  /** Grown since after the first connections had come and gone. */
  readonly kibibytesPerConnectionWarm?: number;
  /** CPU of the server while nothing is sent. */
  readonly idleCores?: number;
  /** CPU of the generator itself; near 1 it may be what limits the rate. */
  readonly generatorCores?: number;
};

export type Problem = { readonly kind: "stalled" | "failed"; readonly text: string };

export type LoadResult = {
  readonly outcome: "ok" | Problem["kind"];
  readonly problem: string | null;
  /** All messages that came back whole, the warm-up's too. */
  readonly echoes: number;
  readonly figures: Figures | null;
  /** The latencies of the measured time, as a histogram has them. */
  readonly latencies: Buckets;
};

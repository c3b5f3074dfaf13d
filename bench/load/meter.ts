// Reads what the server and the generator have used, before and after, and makes figures of it.
import type { Figures } from "./figures.ts";
import type { Histogram } from "./histogram.ts";
import { contextSwitches, cpuMicroseconds, residentKibibytes } from "./process-usage.ts";
import { SystemCallTrace } from "./system-calls.ts";

export type MeterOptions = {
  /** The server's process. */
  readonly pid: number | undefined;
  /** Whether strace counts its system calls, which makes it slow: no other figure is then of use. */
  readonly trace: boolean;
};

type Reading = {
  readonly nanoseconds: number;
  readonly own: number;
  /** NaN without a server's process. */
  readonly cpu: number;
  readonly voluntary: number;
  readonly involuntary: number;
};

export type Measured = {
  readonly messages: number;
  /** Payload of all of them, where it is more than a token. */
  readonly bytes?: number;
  readonly latencies?: Histogram;
  /** Instead of the time since the beginning. */
  readonly seconds?: number;
};

export class Meter {
  readonly #options: MeterOptions;
  #begin: Reading;
  #trace: SystemCallTrace | undefined;

  constructor(options: MeterOptions) {
    this.#options = options;
    this.#begin = takeReading(options.pid);
  }

  /** Begins anew. */
  async begin(): Promise<void> {
    const { pid, trace } = this.#options;
    if (trace && pid !== undefined) this.#trace = await SystemCallTrace.start(pid);
    this.#begin = takeReading(pid);
  }

  /** What was used since the beginning. */
  async end(measure: () => Measured): Promise<Figures> {
    const begin = this.#begin;
    const end = takeReading(this.#options.pid);
    const measured = measure();
    const { messages, bytes = NaN, latencies } = measured;
    const elapsed = (end.nanoseconds - begin.nanoseconds) / 1e9;
    const seconds = measured.seconds ?? elapsed;
    const cpu = end.cpu - begin.cpu;
    const resident = this.#options.pid === undefined ? NaN : residentKibibytes(this.#options.pid);
    const calls = await this.#trace?.end();
    return known({
      seconds,
      messages,
      messagesPerSecond: messages / seconds,
      megabytesPerSecond: bytes / seconds / 1e6,
      ...(latencies === undefined ? {} : latencyFigures(latencies)),
      cpuMicrosecondsPerMessage: cpu / messages,
      cpuMicrosecondsPerMegabyte: cpu / (bytes / 1e6),
      voluntarySwitchesPerMessage: (end.voluntary - begin.voluntary) / messages,
      involuntarySwitchesPerMessage: (end.involuntary - begin.involuntary) / messages,
      systemCallsPerMessage: (calls ?? NaN) / messages,
      residentKibibytes: resident ?? NaN,
      generatorCores: (end.own - begin.own) / 1e6 / elapsed,
    });
  }
}

export function latencyFigures(latencies: Histogram): Figures {
  return {
    p50Microseconds: latencies.quantile(0.5),
    p90Microseconds: latencies.quantile(0.9),
    p99Microseconds: latencies.quantile(0.99),
    p999Microseconds: latencies.quantile(0.999),
    maxMicroseconds: latencies.maxMicroseconds,
  };
}

/** Without those that could not be read, or come to nothing without a message. */
export function known(figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)));
}

function takeReading(pid: number | undefined): Reading {
  const switches = pid === undefined ? undefined : contextSwitches(pid);
  return {
    nanoseconds: Bun.nanoseconds(),
    own: cpuMicroseconds(process.pid) ?? NaN,
    cpu: (pid === undefined ? undefined : cpuMicroseconds(pid)) ?? NaN,
    voluntary: switches?.voluntary ?? NaN,
    involuntary: switches?.involuntary ?? NaN,
  };
}

// The table of figures that are shown and compared: what each is called, and whether more of it is better.
import type { Figures } from "../load/figures.ts";

export type Metric = keyof Figures;

export type MetricRow = {
  readonly metric: Metric;
  /** The head of its column. */
  readonly title: string;
  readonly better: "more" | "less";
  /** What `--against` says of one that got worse. Default: it is not compared. */
  readonly worse?: string;
  /** With fewer rounds it is not compared. Default: 1. */
  readonly roundsLeast?: number;
};

/** A tail is made by what happens seldom: a few rounds do not say how far it moves by itself. */
const ROUNDS_FOR_A_TAIL = 5;

export const METRICS: readonly MetricRow[] = [
  { metric: "messagesPerSecond", title: "msg/s", better: "more", worse: "lower rate" },
  { metric: "megabytesPerSecond", title: "MB/s", better: "more" },
  { metric: "p50Microseconds", title: "p50 us", better: "less", worse: "longer latency (p50)" },
  { metric: "p90Microseconds", title: "p90", better: "less" },
  {
    metric: "p99Microseconds",
    title: "p99",
    better: "less",
    worse: "longer latency (p99)",
    roundsLeast: ROUNDS_FOR_A_TAIL,
  },
  { metric: "p999Microseconds", title: "p99.9", better: "less" },
  { metric: "maxMicroseconds", title: "max", better: "less" },
  {
    metric: "cpuMicrosecondsPerMessage",
    title: "CPU us/msg",
    better: "less",
    worse: "more CPU a message",
  },
  { metric: "cpuMicrosecondsPerMegabyte", title: "CPU us/MB", better: "less" },
  { metric: "voluntarySwitchesPerMessage", title: "waits/msg", better: "less" },
  { metric: "involuntarySwitchesPerMessage", title: "preempted/msg", better: "less" },
  { metric: "systemCallsPerMessage", title: "calls/msg", better: "less" },
  { metric: "residentKibibytes", title: "RSS KiB", better: "less" },
  { metric: "kibibytesPerConnection", title: "KiB/conn", better: "less" },
  {
    metric: "kibibytesPerConnectionWarm",
    title: "warm KiB/conn",
    better: "less",
    worse: "more memory a connection",
  },
  { metric: "generatorCores", title: "generator", better: "less" },
];

/** Three significant digits at least, and no more than whole ones in large numbers. */
export function formatNumber(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  if (value >= 10) return value.toFixed(1);
  if (value >= 1) return value.toFixed(2);
  return value === 0 ? "0" : value.toFixed(value >= 0.01 ? 3 : 4);
}

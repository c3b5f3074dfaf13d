// The figures of one run as lines for a person.
import type { Figures, LoadResult } from "./figures.ts";
import type { CommandLine } from "./options.ts";

/** A line each: what it is called, and what it says when all of its figures are there. */
const LINES: readonly (readonly [name: string, text: (figures: Figures) => string | undefined])[] =
  [
    ["rate", rate],
    ["latency", latency],
    ["server", (f) => say(f.cpuMicrosecondsPerMessage, (n) => `${n.toFixed(3)} us CPU a message`)],
    ["switches", switches],
    ["calls", (f) => say(f.systemCallsPerMessage, (n) => `${n.toFixed(3)} system calls a message`)],
    ["memory", (f) => say(f.residentKibibytes, (n) => `${grouped(n)} KiB`)],
    ["connection", connection],
    ["idle", (f) => say(f.idleCores, (n) => `${(n * 100).toFixed(1)} % of a core`)],
    ["generator", (f) => say(f.generatorCores, (n) => `${(n * 100).toFixed(0)} % of a core`)],
  ];

export function describeResult(
  { load, pattern, idle }: CommandLine,
  { figures }: LoadResult,
): string {
  const what =
    pattern ??
    `${load.connections} connections ${idle ? "idle" : `x ${load.size} bytes, ${load.window} in flight`}`;
  const lines = LINES.flatMap(([name, text]) => {
    const said = text(figures ?? {});
    return said === undefined ? [] : [`  ${name.padEnd(10)} ${said}`];
  });
  return `${[`${load.url.href}  ${what}`, ...lines].join("\n")}\n`;
}

function rate({ messagesPerSecond, megabytesPerSecond = 0 }: Figures): string | undefined {
  return say(
    messagesPerSecond,
    (n) => `${grouped(n)} messages/s, ${megabytesPerSecond.toFixed(1)} MB/s`,
  );
}

function latency(figures: Figures): string | undefined {
  const { p50Microseconds, p90Microseconds, p99Microseconds, p999Microseconds } = figures;
  const all = [
    ["p50", p50Microseconds],
    ["p90", p90Microseconds],
    ["p99", p99Microseconds],
    ["p99.9", p999Microseconds],
    ["max", figures.maxMicroseconds],
  ] as const;
  if (p50Microseconds === undefined) return undefined;
  return all.map(([name, value = NaN]) => `${name} ${value.toFixed(1)} us`).join(", ");
}

function switches(figures: Figures): string | undefined {
  const { voluntarySwitchesPerMessage, involuntarySwitchesPerMessage = NaN } = figures;
  return say(
    voluntarySwitchesPerMessage,
    (n) => `${n.toFixed(3)} waits a message, ${involuntarySwitchesPerMessage.toFixed(3)} preempted`,
  );
}

function connection({ kibibytesPerConnection, kibibytesPerConnectionWarm }: Figures) {
  const warm = say(kibibytesPerConnectionWarm, (n) => `, ${n.toFixed(1)} KiB after a warm-up`);
  return say(kibibytesPerConnection, (n) => `${n.toFixed(1)} KiB${warm ?? ""}`);
}

function say(value: number | undefined, text: (value: number) => string): string | undefined {
  return value === undefined ? undefined : text(value);
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

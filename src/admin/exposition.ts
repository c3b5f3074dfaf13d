// The text exposition format of Prometheus, 0.0.4: figures as lines that it scrapes.

import { SPAWN_BOUNDS, type BothWays, type Counts, type Figures } from "./figures.ts";

/** Of the response. */
export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** What does not change while the process lives. */
export interface BuildInfo {
  readonly version: string;
  readonly bun: string;
  /** Seconds since 1970. */
  readonly startedAt: number;
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number, suffix?: string];
type Family = readonly [
  name: string,
  type: "counter" | "gauge" | "histogram",
  help: string,
  samples: readonly Sample[],
];

export function exposition(figures: Figures, build: BuildInfo): string {
  return [...sessionFamilies(figures), ...processFamilies(figures, build)].map(familyText).join("");
}

function sessionFamilies(of: Figures): Family[] {
  const spawn = "websockd_spawn_duration_seconds";
  return [
    ["websockd_sessions", "gauge", "Sessions now.", one(of.sessions)],
    [
      "websockd_sessions_ended_total",
      "counter",
      "Sessions that have ended, by the cause.",
      by("cause", of.ended),
    ],
    [
      "websockd_refusals_total",
      "counter",
      "Requests that were refused, by the status of the answer.",
      by("status", of.refused),
    ],
    [
      "websockd_messages_total",
      "counter",
      "WebSocket messages, from clients (incoming) and to them.",
      both(of.messages),
    ],
    [
      "websockd_bytes_total",
      "counter",
      "Bytes of records, to the stdin of programs (incoming) and from their stdout.",
      both(of.bytes),
    ],
    [
      "websockd_queue_bytes",
      "gauge",
      "Bytes that wait for programs (incoming) and for clients, now.",
      both(of.queued),
    ],
    [
      "websockd_sessions_paused",
      "gauge",
      "Sessions whose client (incoming) or program waits for the other side, now.",
      both(of.paused),
    ],
    [spawn, "histogram", "Time that the start of a program took.", histogram(of)],
    [
      "websockd_program_exits_total",
      "counter",
      "Programs of sessions that have ended, by exit status or signal.",
      Object.entries(of.exits).map(([how, value]) => [exitLabels(how), value]),
    ],
    ["websockd_buffer_memory_bytes", "gauge", "Memory that queues hold.", one(of.bufferUsed)],
    [
      "websockd_buffer_memory_max_bytes",
      "gauge",
      "Memory that they may hold before all pause (--buffer-memory).",
      one(of.bufferMax),
    ],
  ];
}

function processFamilies(of: Figures, build: BuildInfo): Family[] {
  const { version, bun, startedAt } = build;
  return [
    [
      "process_resident_memory_bytes",
      "gauge",
      "Resident memory of websockd, without its programs.",
      one(of.residentBytes),
    ],
    ["process_cpu_seconds_total", "counter", "CPU time of websockd.", one(of.cpuSeconds)],
    ["process_start_time_seconds", "gauge", "When websockd began.", one(startedAt)],
    ["websockd_build_info", "gauge", "What runs: 1.", [[{ version, bun }, 1]]],
  ];
}

function one(value: number): Sample[] {
  return [[{}, value]];
}

function by(label: string, counts: Counts): Sample[] {
  return Object.entries(counts).map(([of, value]) => [{ [label]: of }, value]);
}

function both({ incoming, outgoing }: BothWays): Sample[] {
  return [
    [{ direction: "incoming" }, incoming],
    [{ direction: "outgoing" }, outgoing],
  ];
}

/** `exit 3`, `signal SIGKILL`. */
function exitLabels(how: string): Labels {
  const [kind = "", of = ""] = how.split(" ");
  return { kind, of };
}

/** Each bucket has those below it in it. */
function histogram({ spawned }: Figures): Sample[] {
  let total = 0;
  const buckets = spawned.counts.map((counted, i): Sample => {
    total += counted;
    const bound = SPAWN_BOUNDS[i];
    return [{ le: bound === undefined ? "+Inf" : String(bound) }, total, "_bucket"];
  });
  return [...buckets, [{}, spawned.sumSeconds, "_sum"], [{}, total, "_count"]];
}

/** One without a sample, such as the refusals of a server that has refused nobody, is named nevertheless. */
function familyText([name, type, help, samples]: Family): string {
  const lines = samples.map(
    ([labels, value, suffix = ""]) => `${name}${suffix}${labelText(labels)} ${value}\n`,
  );
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

// Samples in, an aligned table of their medians out.
import type { Load } from "./loads.ts";
import type { Sample } from "./measure.ts";
import type { Server } from "./servers.ts";

/** All rounds of one server under one load. */
export type Row = {
  readonly load: Load;
  readonly server: Server["name"];
  readonly samples: readonly Sample[];
};

type Measure = Exclude<keyof Sample, "outcome" | "problem">;

const COLUMNS: readonly { readonly title: string; readonly measure: Measure }[] = [
  { title: "msg/s", measure: "messagesPerSecond" },
  { title: "MB/s", measure: "megabytesPerSecond" },
  { title: "p50 us", measure: "p50Microseconds" },
  { title: "p99 us", measure: "p99Microseconds" },
  { title: "CPU us/msg", measure: "cpuMicrosecondsPerMessage" },
  { title: "KiB/conn", measure: "kibibytesPerConnection" },
  { title: "warm", measure: "kibibytesPerConnectionWarm" },
];
/** Each says what websockd's figure is, divided by the other's. */
const RATIOS: readonly {
  readonly title: string;
  readonly other: Server["name"];
  readonly measure: Measure;
}[] = [
  { title: "rate/websocketd", other: "websocketd", measure: "messagesPerSecond" },
  { title: "rate/floor", other: "floor", measure: "messagesPerSecond" },
  { title: "CPU/floor", other: "floor", measure: "cpuMicrosecondsPerMessage" },
];
/** The columns before the numbers, which are aligned to the left. */
const NAMES = ["load", "server"];

export function table(rows: readonly Row[], markdown: boolean): string {
  const titles = [...NAMES, ...[...COLUMNS, ...RATIOS].map((column) => column.title)];
  const cells = [titles, ...rows.map((row) => cellsOf(row, rows))];
  const widths = titles.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  const lines = cells.map((line) =>
    line.map((cell, at) =>
      at < NAMES.length ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    ),
  );
  if (!markdown) return lines.map((line) => `${line.join("  ").trimEnd()}\n`).join("");
  const rule = widths.map((width, at) =>
    at < NAMES.length ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  lines.splice(1, 0, rule);
  return lines.map((line) => `| ${line.join(" | ")} |\n`).join("");
}

/** The middle of the rounds; undefined unless all of them were right and have the figure. */
export function median(row: Row | undefined, measure: Measure): number | undefined {
  if (row === undefined || outcomeOf(row) !== "ok") return undefined;
  const values = row.samples
    .map((sample) => sample[measure])
    .filter((value) => value !== undefined)
    .toSorted((one, other) => one - other);
  const below = values[(values.length - 1) >> 1];
  const above = values[values.length >> 1];
  return below === undefined || above === undefined ? undefined : (below + above) / 2;
}

/** One round that went wrong makes the row wrong: a rate of right rounds only would flatter. */
export function outcomeOf(row: Row): Sample["outcome"] {
  return row.samples.find((sample) => sample.outcome !== "ok")?.outcome ?? "ok";
}

function cellsOf(row: Row, rows: readonly Row[]): string[] {
  const outcome = outcomeOf(row);
  const numbers = COLUMNS.map(({ measure }) => number(median(row, measure)));
  if (outcome !== "ok") numbers[0] = outcome === "stalled" ? "stalls" : "fails";
  const ratios = RATIOS.map(({ other, measure }) => {
    if (row.server !== "websockd") return "";
    const own = median(row, measure);
    const others = median(
      rows.find((one) => one.load === row.load && one.server === other),
      measure,
    );
    return own === undefined || others === undefined ? "" : `${(own / others).toFixed(2)}x`;
  });
  return [row.load.name, row.server, ...numbers, ...ratios];
}

/** Three significant digits at least, and no more than whole ones in large numbers. */
function number(value: number | undefined): string {
  if (value === undefined) return "";
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(value >= 10 ? 1 : value >= 1 ? 2 : 3);
}

// Results in, aligned tables of medians and of ratios out.
import { formatNumber, METRICS, type Metric } from "./metrics.ts";
import { outcomeOf, ratiosOf, rowOf, valuesOf, type Results, type Row } from "./results.ts";
import { relativeRange, spreadOf, type Spread } from "./statistics.ts";

/** Pattern and server. */
const NAMES = 2;

/** The median of each figure; behind the first one, how far its rounds lie apart. */
export function figuresTable(results: Results): string {
  const shown = METRICS.filter(
    ({ metric }, at) => at === 0 || results.rows.some((row) => valuesOf(row, metric).length > 0),
  );
  const [first, ...rest] = shown;
  if (first === undefined || results.rows.length === 0) return "";
  const titles = ["pattern", "server", first.title, "spread", ...rest.map(({ title }) => title)];
  const lines = results.rows.map((row) => {
    const spread = spreadOf(valuesOf(row, first.metric));
    const numbers = rest.map(({ metric }) => medianText(row, metric));
    return [row.pattern, row.server, firstCell(row, spread), spreadCell(spread), ...numbers];
  });
  return aligned([titles, ...lines], false);
}

/** Compared one by one; the rounds are pairs, and the median of their ratios is shown, with the least and the largest. */
const RATIOS: readonly { readonly title: string; readonly metric: Metric }[] = [
  { title: "rate", metric: "messagesPerSecond" },
  { title: "p50", metric: "p50Microseconds" },
  { title: "p99", metric: "p99Microseconds" },
  { title: "CPU/msg", metric: "cpuMicrosecondsPerMessage" },
  { title: "KiB/conn", metric: "kibibytesPerConnection" },
];

/** What the figures of each judged server are in terms of each other server's. */
export function ratiosTable(results: Results): string {
  const others = results.servers.filter(({ judged }) => !judged);
  const judged = results.servers.filter((server) => server.judged);
  const lines = results.patterns.flatMap(({ name }) =>
    judged.flatMap((own) =>
      others.flatMap((other) => {
        const pair = [rowOf(results, name, own.name), rowOf(results, name, other.name)] as const;
        const cells = RATIOS.map(({ metric }) => ratioCell(spreadOf(ratiosOf(...pair, metric))));
        return cells.every((cell) => cell === "")
          ? []
          : [[name, `${own.name} / ${other.name}`, ...cells]];
      }),
    ),
  );
  if (lines.length === 0) return "";
  const all = [["pattern", "servers", ...RATIOS.map(({ title }) => title)], ...lines];
  const empty = RATIOS.map((_, at) => at + NAMES).filter((at) =>
    lines.every((line) => line[at] === ""),
  );
  return aligned(
    all.map((line) => line.filter((_, at) => !empty.includes(at))),
    false,
  );
}

function firstCell(row: Row, spread: Spread | undefined): string {
  const outcome = outcomeOf(row);
  if (outcome !== "ok") return outcome === "stalled" ? "stalls" : "fails";
  return spread === undefined ? "" : formatNumber(spread.median);
}

function spreadCell(spread: Spread | undefined): string {
  if (spread === undefined) return "";
  return `${Math.round(relativeRange(spread) * 100)} %`;
}

function medianText(row: Row, metric: Metric): string {
  const spread = spreadOf(valuesOf(row, metric));
  return spread === undefined ? "" : formatNumber(spread.median);
}

function ratioCell(spread: Spread | undefined): string {
  if (spread === undefined) return "";
  const { median, min, max } = spread;
  return min === max ? times(median) : `${times(median)} (${ratio(min)}-${ratio(max)})`;
}

export function times(value: number): string {
  return `${ratio(value)}x`;
}

function ratio(value: number): string {
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** `names`: the columns before the numbers, which are aligned to the left. */
export function aligned(
  cells: readonly (readonly string[])[],
  markdown: boolean,
  names = NAMES,
): string {
  const [titles = []] = cells;
  const widths = titles.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  const lines = cells.map((line) =>
    line.map((cell, at) =>
      at < names ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    ),
  );
  if (!markdown) return lines.map((line) => `${line.join("  ").trimEnd()}\n`).join("");
  const rule = widths.map((width, at) =>
    at < names ? "-".repeat(width) : `${"-".repeat(Math.max(1, width - 1))}:`,
  );
  lines.splice(1, 0, rule);
  return lines.map((line) => `| ${line.join(" | ")} |\n`).join("");
}

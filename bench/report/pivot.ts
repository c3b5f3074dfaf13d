// One Markdown table for each figure: a line for each pattern, a column for each server.
import { formatNumber, METRICS, type Metric } from "./metrics.ts";
import { outcomeOf, ratiosOf, rowOf, valuesOf, type Results } from "./results.ts";
import { median } from "./statistics.ts";
import { aligned, times } from "./table.ts";

/** The server that the others are compared with. */
const OWN = "websockd";

const SHOWN: readonly Metric[] = [
  "messagesPerSecond",
  "p50Microseconds",
  "p99Microseconds",
  "cpuMicrosecondsPerMessage",
  "systemCallsPerMessage",
  "residentKibibytes",
  "kibibytesPerConnection",
  "kibibytesPerConnectionWarm",
];

/** Behind each figure of another: what websockd's is in terms of it, as the median of the rounds' pairs. */
export function pivotTables(results: Results): string {
  return METRICS.filter(({ metric }) => SHOWN.includes(metric))
    .map(({ metric, title }) => pivotTable(results, metric, title))
    .filter((table) => table !== "")
    .join("\n");
}

function pivotTable(results: Results, metric: Metric, title: string): string {
  const servers = results.servers.map(({ name }) => name);
  const lines = results.patterns
    .filter(({ name }) =>
      servers.some((server) => valuesOf(rowOf(results, name, server), metric).length > 0),
    )
    .map(({ name }) => [name, ...servers.map((server) => cellOf(results, name, server, metric))]);
  return lines.length === 0 ? "" : aligned([[title, ...servers], ...lines], true, 1);
}

function cellOf(results: Results, pattern: string, server: string, metric: Metric): string {
  const row = rowOf(results, pattern, server);
  if (row === undefined) return "";
  if (outcomeOf(row) !== "ok") return outcomeOf(row) === "stalled" ? "stalls" : "fails";
  const middle = median(valuesOf(row, metric));
  if (middle === undefined) return "";
  const compared = median(ratiosOf(rowOf(results, pattern, OWN), row, metric));
  return compared === undefined || server === OWN
    ? formatNumber(middle)
    : `${formatNumber(middle)} (${times(compared)})`;
}

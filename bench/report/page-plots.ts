// The plots of the page: which figures of which patterns each shows.
import { Histogram, type Buckets } from "../load/histogram.ts";
import type { Kind } from "../patterns/pattern.ts";
import { escapeText, linePlot, type Point, type Series } from "./line-plot.ts";
import { formatNumber, type Metric } from "./metrics.ts";
import {
  outcomeOf,
  ratiosOf,
  rowOf,
  valuesOf,
  type PatternInfo,
  type Results,
  type ServerInfo,
} from "./results.ts";
import { logScale, percentileScale, shortNumber } from "./scale.ts";
import { median, spreadOf } from "./statistics.ts";

/** Each keeps its colour in every run; others take those that follow. */
const COLOURS = ["websockd", "websocketd", "Bun.serve", "Node + ws", "floor", "websockd --prefork"];
const COLOURS_IN_ALL = 8;
/** What the others are shown in terms of. */
const OWN = "websockd";

/** More is not seen in a line, and less is a step. */
const LATENCY_POINTS = 60;
/** Above this share a distribution of fewer than so many messages says nothing. */
const MESSAGES_ABOVE_LEAST = 10;
/** A distribution of fewer is a handful of steps. */
const LATENCIES_LEAST = 100;
/** Microseconds: what a histogram tells apart. A scale by decades has no 0. */
const LATENCY_SHOWN_LEAST = 0.1;

export function colourOf(results: Results, server: string): number {
  const known = COLOURS.indexOf(server);
  if (known >= 0) return known;
  const others = results.servers.filter(({ name }) => !COLOURS.includes(name));
  const at = others.findIndex(({ name }) => name === server);
  return Math.min(COLOURS_IN_ALL - 1, COLOURS.length + Math.max(0, at));
}

export function legend(results: Results, servers: readonly string[]): string {
  const items = servers.map(
    (name) =>
      `<li class="s${colourOf(results, name)}"><span class="swatch"></span>${escapeText(name)}</li>`,
  );
  return `<ul class="legend">${items.join("")}</ul>`;
}

export function figure(title: string, note: string, content: string): string {
  return `<figure><figcaption><b>${escapeText(title)}</b> ${escapeText(note)}</figcaption>${content}</figure>`;
}

/** The latency that each share of the messages did not exceed. Empty when nobody has any. */
export function latencyFigure(results: Results, pattern: PatternInfo): string {
  const series = seriesFor(results, ({ name }) => {
    const row = rowOf(results, pattern.name, name);
    return row === undefined || outcomeOf(row) !== "ok" ? [] : latencyPoints(row.latencies);
  });
  const points = series.flatMap((one) => one.points);
  if (points.length === 0) return "";
  const plot = linePlot({
    title: `Latency of ${pattern.name}`,
    x: percentileScale(Math.max(...points.map(({ x }) => x))),
    y: logScale(points.map(({ y }) => y)),
    xTitle: "percent of the messages",
    series,
    marks: false,
  });
  return figure(pattern.name, `${pattern.about}: microseconds`, withLegend(results, series, plot));
}

export type AgainstOptions = {
  readonly title: string;
  readonly note: string;
  /** Patterns of this kind are the points. */
  readonly kind: Kind;
  readonly across: "connections" | "size";
  readonly metric: Metric;
  readonly xTitle: string;
};

/** A figure against connections or bytes, both by decades. Empty when there are not two points. */
export function againstFigure(results: Results, options: AgainstOptions): string {
  const { kind, across, metric, title } = options;
  const patterns = results.patterns.filter((pattern) => pattern.kind === kind);
  const places = [...new Set(patterns.map((pattern) => pattern[across] ?? 1))];
  const series = seriesFor(results, ({ name }) =>
    patterns.flatMap((pattern) => {
      const spread = spreadOf(valuesOf(rowOf(results, pattern.name, name), metric));
      if (spread === undefined || spread.min <= 0) return [];
      const { median: middle, min, max } = spread;
      const label = `${pattern.name}, ${formatNumber(middle)} (${formatNumber(min)} to ${formatNumber(max)})`;
      return [{ x: pattern[across] ?? 1, y: middle, low: min, high: max, label }];
    }),
  );
  const values = series.flatMap(({ points }) =>
    points.flatMap(({ low, high }) => [low, high].filter((value) => value !== undefined)),
  );
  if (places.length < 2 || values.length === 0) return "";
  const plot = linePlot({
    title,
    x: logScale(places, placesApart(places)),
    y: logScale(values),
    xTitle: options.xTitle,
    series,
    marks: true,
  });
  return figure(title, options.note, withLegend(results, series, plot));
}

/** Bars of one pattern, each in parts of the longest. `metric` is more the better, or less. */
export function barsFigure(results: Results, pattern: PatternInfo, metric: Metric): string {
  const rows = results.servers.flatMap(({ name }) => rowOf(results, pattern.name, name) ?? []);
  const spreads = rows.map((row) => ({ row, spread: spreadOf(valuesOf(row, metric)) }));
  const longest = Math.max(...spreads.map(({ spread }) => spread?.max ?? 0));
  if (longest === 0) return "";
  const own = rowOf(results, pattern.name, OWN);
  const bars = spreads.map(({ row, spread }) => {
    const percent = (value: number) => `${((value / longest) * 100).toFixed(1)}%`;
    const colour = `s${colourOf(results, row.server)}`;
    const name = `<span class="name">${escapeText(row.server)}</span>`;
    if (spread === undefined) {
      const wrong = outcomeOf(row) === "stalled" ? "stalls" : "fails";
      return `<li class="${colour}">${name}<span class="track"></span><span class="value wrong">${wrong}</span></li>`;
    }
    const times = row === own ? undefined : median(ratiosOf(row, own, metric));
    const said = `${formatNumber(spread.min)} to ${formatNumber(spread.max)}`;
    return `<li class="${colour}" title="${said}">${name}<span class="track"><span class="bar" style="width:${percent(spread.median)}"></span></span><span class="value">${shortNumber(spread.median)} <small>${times === undefined ? "" : ratio(times)}</small></span></li>`;
  });
  return figure(pattern.name, pattern.about, `<ul class="bars">${bars.join("")}</ul>`);
}

function ratio(value: number): string {
  return `${value >= 10 ? value.toFixed(0) : value.toPrecision(2)}x`;
}

function seriesFor(results: Results, points: (server: ServerInfo) => readonly Point[]): Series[] {
  return results.servers
    .map((server) => {
      return {
        name: server.name,
        colour: colourOf(results, server.name),
        points: points(server),
      };
    })
    .filter((series) => series.points.length > 0);
}

function withLegend(results: Results, series: readonly Series[], plot: string): string {
  const names = series.map(({ name }) => name);
  return plot + legend(results, names);
}

/** Labels of neighbours do not run into each other. */
function placesApart(places: readonly number[]) {
  return places.map((value) => ({ value, label: shortNumber(value) }));
}

/** Of the rounds the median at each share: one that was disturbed does not bend the line. */
function latencyPoints(rounds: readonly Buckets[]): Point[] {
  const histograms = rounds.map((buckets) => {
    const histogram = new Histogram();
    histogram.merge(buckets);
    return histogram;
  });
  const least = Math.min(...histograms.map(({ count }) => count));
  if (histograms.length === 0 || least < LATENCIES_LEAST) return [];
  const nines = Math.log10(least / MESSAGES_ABOVE_LEAST);
  return Array.from({ length: LATENCY_POINTS + 1 }, (_, step) => {
    const fraction = 1 - 10 ** -((nines * step) / LATENCY_POINTS);
    const microseconds = median(histograms.map((histogram) => histogram.quantile(fraction)));
    return { x: fraction, y: Math.max(LATENCY_SHOWN_LEAST, microseconds ?? 0) };
  });
}

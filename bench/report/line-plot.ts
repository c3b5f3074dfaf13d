// Draws lines over two axes as SVG, in colours that the page's style gives.
import type { Scale } from "./scale.ts";

export type Point = {
  readonly x: number;
  readonly y: number;
  /** The least and the largest of the rounds. */
  readonly low?: number;
  readonly high?: number;
  /** What is said of it where the pointer is. */
  readonly label?: string;
};

export type Series = {
  readonly name: string;
  /** Which colour: a class `s0`, `s1` ... of the page. */
  readonly colour: number;
  readonly points: readonly Point[];
};

export type PlotOptions = {
  /** For those who do not see it. */
  readonly title: string;
  readonly x: Scale;
  readonly y: Scale;
  readonly xTitle: string;
  readonly series: readonly Series[];
  /** Whether each point is marked. */
  readonly marks: boolean;
};

/** In units of the drawing, which the page stretches: letters of 11 are read on a phone of 360 pixels, too. */
const WIDTH = 400;
const HEIGHT = 250;
const LEFT = 44;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 36;
const LABEL_HALF = 14;

export function linePlot({ title, x, y, xTitle, series, marks }: PlotOptions): string {
  const across = (value: number) => round(LEFT + x.place(value) * (WIDTH - LEFT - RIGHT));
  const up = (value: number) => round(HEIGHT - BOTTOM - y.place(value) * (HEIGHT - TOP - BOTTOM));
  const bottom = HEIGHT - BOTTOM;
  const grid = [
    ...y.ticks.map(({ value, label }) => {
      const at = up(value);
      return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/><text x="${LEFT - 6}" y="${at + 4}" text-anchor="end">${label}</text>`;
    }),
    ...x.ticks.map(({ value, label }) => {
      const at = across(value);
      // The label of the last one would stand out of the drawing.
      const anchor = at > WIDTH - RIGHT - LABEL_HALF ? "end" : "middle";
      const letters = `<text x="${anchor === "end" ? WIDTH - 2 : at}" y="${bottom + 15}" text-anchor="${anchor}">${label}</text>`;
      return `<line class="grid" x1="${at}" x2="${at}" y1="${TOP}" y2="${bottom}"/>${letters}`;
    }),
  ];
  const lines = series.map(({ name, colour, points }) => {
    const path = points.map((point) => `${across(point.x)},${up(point.y)}`).join(" ");
    const dots = marks ? points.map((point) => mark(name, point, { across, up })).join("") : "";
    return `<g class="s${colour}"><polyline points="${path}"><title>${escapeText(name)}</title></polyline>${dots}</g>`;
  });
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(title)}">`,
    ...grid,
    ...lines,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 5}" text-anchor="middle">${escapeText(xTitle)}</text>`,
    "</svg>",
  ].join("");
}

export function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

type Places = {
  readonly across: (value: number) => number;
  readonly up: (value: number) => number;
};

function mark(name: string, { x, y, low, high, label }: Point, { across, up }: Places): string {
  const at = across(x);
  const whisker =
    low === undefined || high === undefined
      ? ""
      : `<line x1="${at}" x2="${at}" y1="${up(low)}" y2="${up(high)}"/>`;
  const said = escapeText(`${name}: ${label ?? y}`);
  return `${whisker}<circle cx="${at}" cy="${up(y)}" r="3"><title>${said}</title></circle>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

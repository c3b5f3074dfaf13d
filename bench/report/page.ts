// Results in, one HTML page out that is whole in itself: tiles, plots, and the table with everything.
import { escapeText } from "./line-plot.ts";
import { formatNumber, METRICS, type Metric } from "./metrics.ts";
import { againstFigure, barsFigure, latencyFigure } from "./page-plots.ts";
import { outcomeOf, ratiosOf, rowOf, valuesOf, type Results, type Row } from "./results.ts";
import { median, spreadOf } from "./statistics.ts";

const TEMPLATE = `${import.meta.dir}/page.html`;
const PLACE = "<!-- content -->";

/** The page asks for nothing from anywhere, and needs no script. */
export async function pageFor(results: Results): Promise<string> {
  const template = await Bun.file(TEMPLATE).text();
  // A function, because `$` in the content means something in a string.
  return template.replace(PLACE, () => contentOf(results));
}

function contentOf(results: Results): string {
  const { date, machine, rounds, durationSeconds } = results;
  const about = `${date.slice(0, 10)}, ${machine}. Medians of ${rounds} rounds of ${durationSeconds} s, in which the servers took turns; client, server and programs share the machine.`;
  return [
    "<h1>websockd, measured beside others</h1>",
    `<p class="quiet">${escapeText(about)} Only ratios mean anything on another machine.</p>`,
    tiles(results),
    ...sections(results),
    tableSection(results),
    notes(results),
    dataOf(results),
  ].join("\n");
}

/** What a person wants to know first: each is websockd's figure in terms of another's. */
const TILES: readonly {
  readonly pattern: string;
  readonly other: string;
  readonly metric: Metric;
  readonly text: string;
}[] = [
  ["1x64x256", "websocketd", "messagesPerSecond", "the rate of websocketd: one busy connection"],
  ["50x64x16", "websocketd", "messagesPerSecond", "the rate of websocketd: 50 connections"],
  ["1x64x256", "Bun.serve", "messagesPerSecond", "the rate of Bun.serve: one busy connection"],
  ["1x64x1", "websocketd", "p50Microseconds", "the latency of websocketd: one message at a time"],
  ["1x64x256", "floor", "cpuMicrosecondsPerMessage", "the CPU of a C loop without checks"],
  ["idle-1000", "websocketd", "kibibytesPerConnection", "the memory of websocketd: 1,000 idle"],
].map(([pattern = "", other = "", metric, text = ""]) => {
  return { pattern, other, metric: metric as Metric, text };
});

function tiles(results: Results): string {
  const shown = TILES.flatMap(({ pattern, other, metric, text }) => {
    const pair = [rowOf(results, pattern, "websockd"), rowOf(results, pattern, other)] as const;
    const times = median(ratiosOf(...pair, metric));
    if (times === undefined) return [];
    const number = times >= 10 ? times.toFixed(1) : times.toFixed(2);
    return [`<div class="tile"><b>${number}x</b>${escapeText(text)}</div>`];
  });
  return shown.length === 0 ? "" : `<div class="tiles">${shown.join("")}</div>`;
}

function sections(results: Results): string[] {
  const { patterns } = results;
  const rates = patterns.filter(({ kind }) =>
    ["echo", "other", "one-way", "starts"].includes(kind),
  );
  const idle = patterns.filter(({ kind }) => kind === "idle");
  const timed = patterns.filter(({ kind }) => kind !== "size" && kind !== "ramp");
  const ramp = { kind: "ramp", across: "connections", xTitle: "connections" } as const;
  const size = { kind: "size", across: "size", xTitle: "bytes of a message" } as const;
  return [
    section(
      "Messages a second",
      "More is better; 2x is twice websockd's rate. Named connections x bytes x in flight. Where sessions begin: sessions a second. The floor is a loop in C that does the job with no checks.",
      rates.map((pattern) => barsFigure(results, pattern, "messagesPerSecond")),
    ),
    section(
      "CPU of the server",
      "Its own, in microseconds a message, without the programs that it starts: less is better. Lines from the least to the largest of the rounds.",
      [
        againstFigure(results, {
          ...size,
          metric: "cpuMicrosecondsPerMessage",
          title: "CPU against size",
          note: "microseconds a message, one connection",
        }),
        againstFigure(results, {
          ...ramp,
          metric: "cpuMicrosecondsPerMessage",
          title: "CPU against connections",
          note: "microseconds a message of 64 bytes",
        }),
        ...patterns
          .filter(({ kind }) => kind === "echo" || kind === "starts")
          .map((pattern) => barsFigure(results, pattern, "cpuMicrosecondsPerMessage")),
      ],
    ),
    section("As work grows", "Each connection has one message of 64 bytes in flight.", [
      againstFigure(results, {
        ...ramp,
        metric: "messagesPerSecond",
        title: "Rate against connections",
        note: "messages a second",
      }),
      againstFigure(results, {
        ...ramp,
        metric: "p99Microseconds",
        title: "Latency against connections",
        note: "p99 in microseconds",
      }),
      againstFigure(results, {
        ...size,
        metric: "megabytesPerSecond",
        title: "Throughput against size",
        note: "MB a second, one connection",
      }),
    ]),
    section(
      "Latency distributions",
      "What each share of the messages did not exceed: the median of the rounds. A window above 1 has messages wait for those before them.",
      timed.map((pattern) => latencyFigure(results, pattern)),
    ),
    section(
      "Memory",
      "KiB of the server for each connection: less is better.",
      idle.map((pattern) => barsFigure(results, pattern, "kibibytesPerConnection")),
    ),
  ];
}

function section(title: string, note: string, figures: readonly string[]): string {
  const shown = figures.filter((figure) => figure !== "");
  if (shown.length === 0) return "";
  const head = `<h2>${escapeText(title)}</h2><p class="quiet">${escapeText(note)}</p>`;
  return `<section>${head}<div class="plots">${shown.join("")}</div></section>`;
}

function tableSection(results: Results): string {
  const shown = METRICS.filter(({ metric }) =>
    results.rows.some((row) => valuesOf(row, metric).length > 0),
  );
  const head = ["pattern", "server", ...shown.map(({ title }) => title)];
  const lines = results.rows.map((row, at) => {
    const isFirst = results.rows[at - 1]?.pattern !== row.pattern;
    const classes = `${isFirst ? "first " : ""}${row.server.startsWith("websockd") ? "own" : ""}`;
    const cells = shown.map(({ metric }) => cellOf(row, metric));
    if (outcomeOf(row) !== "ok") cells[0] = `<td class="wrong">${outcomeOf(row)}</td>`;
    const names = [row.pattern, row.server].map((name) => `<td>${escapeText(name)}</td>`);
    return `<tr class="${classes.trim()}">${names.join("")}${cells.join("")}</tr>`;
  });
  const titles = head.map((title) => `<th>${escapeText(title)}</th>`).join("");
  return `<section><h2>All figures</h2><p class="quiet">Medians; the least and the largest of the rounds where the pointer is.</p><div class="scroll"><table><thead><tr>${titles}</tr></thead><tbody>${lines.join("\n")}</tbody></table></div></section>`;
}

function cellOf(row: Row, metric: Metric): string {
  const spread = spreadOf(valuesOf(row, metric));
  if (spread === undefined) return "<td></td>";
  const { median: middle, min, max } = spread;
  return `<td title="${formatNumber(min)} to ${formatNumber(max)}">${formatNumber(middle)}</td>`;
}

function notes({ servers, leftOut, rows }: Results): string {
  const problems = rows.flatMap(({ pattern, server, samples }) => {
    const problem = samples.find((sample) => sample.problem !== null)?.problem;
    return problem === undefined ? [] : [`${pattern}, ${server}: ${problem}`];
  });
  const lists = [
    ["Servers", servers.map(({ name, about }) => `${name}: ${about}`)],
    ["What went wrong", problems],
    ["Left out", leftOut],
  ] as const;
  return lists
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => {
      const items = lines.map((line) => `<li>${escapeText(line)}</li>`).join("");
      return `<section><h2>${title}</h2><ul class="notes">${items}</ul></section>`;
    })
    .join("");
}

/** More digits than a measurement has. */
const DIGITS = 5;

/** All samples, for who wants to make plots of their own; `<` cannot end the element. */
function dataOf(results: Results): string {
  const rows = results.rows.map(({ pattern, server, samples }) => ({ pattern, server, samples }));
  const json = JSON.stringify({ ...results, rows }, (_, value: unknown) =>
    typeof value === "number" ? Number(value.toPrecision(DIGITS)) : value,
  ).replaceAll("<", "\\u003c");
  return `<script type="application/json" id="results">${json}</script>`;
}

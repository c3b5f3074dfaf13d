// The page of a comparison: what it shows, that it asks for nothing from elsewhere, and its scales.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Histogram } from "../../bench/load/histogram.ts";
import { pageFor } from "../../bench/report/page.ts";
import type { Results, Row } from "../../bench/report/results.ts";
import { logScale, percentileScale, shortNumber } from "../../bench/report/scale.ts";
import { ChromiumPage } from "../support/chromium.ts";
import { missing } from "../support/missing-peer.ts";
import { results, row, samples } from "./report-support.ts";

/** Far above what it takes: other work may have the machine. */
setDefaultTimeout(60_000);

function latencies(): Row["latencies"] {
  const histogram = new Histogram();
  for (let at = 1; at <= 10_000; at++) histogram.record(at, 1);
  return [histogram.buckets(), histogram.buckets()];
}

const FIGURES = {
  messagesPerSecond: 123_456,
  cpuMicrosecondsPerMessage: 1.5,
  p50Microseconds: 77,
  p99Microseconds: 99,
  kibibytesPerConnection: 9.5,
};

function measurement(): Results {
  const names = ["1x64x256", "ramp-10", "ramp-100", "idle-1000"];
  const rows = names.flatMap((pattern) =>
    ["websockd", "websocketd"].map((server) => {
      return { ...row(server, samples(FIGURES, FIGURES), pattern), latencies: latencies() };
    }),
  );
  const failed = {
    round: 1,
    outcome: "failed",
    problem: "<b>a wrong byte",
    figures: null,
  } as const;
  const made = results([...rows, row('<img src="x">', [failed], "1x64x256")]);
  const kinds = { "ramp-10": "ramp", "ramp-100": "ramp", "idle-1000": "idle" } as const;
  return {
    ...made,
    patterns: made.patterns.map((pattern) => {
      const connections = Number(/\d+$/.exec(pattern.name)?.[0]);
      const kind = kinds[pattern.name as keyof typeof kinds] ?? "echo";
      return { ...pattern, connections, kind };
    }),
    leftOut: ["floor: no --floor=PATH"],
  };
}

describe("the page", () => {
  test("has the figures, the plots and what was left out", async () => {
    const page = await pageFor(measurement());
    expect(page).toContain(">123,456<");
    expect(page).toContain("Rate against connections");
    expect(page.match(/<svg /g)?.length).toBeGreaterThanOrEqual(4);
    expect(page.match(/<polyline /g)?.length).toBeGreaterThanOrEqual(8);
    expect(page).toContain("floor: no --floor=PATH");
    expect(page).not.toContain("NaN");
    expect(page).not.toContain("Infinity");
  });

  test("has all samples for who wants to read them", async () => {
    const page = await pageFor(measurement());
    const json = /<script type="application\/json" id="results">(.*)<\/script>/.exec(page)?.[1];
    const data = JSON.parse(json ?? "") as Results;
    expect(data.rows[0]?.samples[0]?.figures?.messagesPerSecond).toBe(123_460);
  });

  test("what servers say is text", async () => {
    const page = await pageFor(measurement());
    expect(page).not.toContain("<img");
    expect(page).not.toContain("<b>a wrong byte");
    expect(page).toContain("&lt;b&gt;a wrong byte");
  });

  test("of nothing is a page, too", async () => {
    expect(await pageFor(results([]))).toContain("</html>");
  });

  test("asks for nothing from elsewhere, and fits a phone", async () => {
    if (missing("chromium", Bun.which("chromium") !== null)) return;
    const path = join(tmpdir(), `websockd-page-${process.pid}.html`);
    await Bun.write(path, await pageFor(measurement()));
    await using page = await ChromiumPage.open();
    await page.view(360, 800, "dark");
    await page.load(`file://${path}`);
    await Bun.file(path).delete();
    expect(page.requests.filter((url) => !/^(?:file|data):/.test(url))).toEqual([]);
    expect(page.complaints).toEqual([]);
    const wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
    expect(await page.evaluate(wider)).toBe(false);
  });
});

describe("scales", () => {
  test("by decades, from a round number to a round number", () => {
    const scale = logScale([3, 700]);
    expect(scale.ticks.map(({ label }) => label)).toEqual([
      "2",
      "5",
      "10",
      "20",
      "50",
      "100",
      "200",
      "500",
      "1k",
    ]);
    expect(scale.place(2)).toBe(0);
    expect(scale.place(1000)).toBeCloseTo(1);
    expect(logScale([5]).place(5)).toBe(0);
    const small = logScale([0.01, 900_000]).ticks.map(({ label }) => label);
    expect(small).toEqual(["0.01", "0.1", "1", "10", "100", "1k", "10k", "100k", "1M"]);
  });

  test("by nines", () => {
    const scale = percentileScale(0.9999);
    expect([0, 0.9, 0.99, 0.9999].map((value) => scale.place(value).toFixed(3))).toEqual([
      "0.000",
      "0.250",
      "0.500",
      "1.000",
    ]);
    expect(scale.ticks.at(-1)?.label).toBe("99.99");
  });

  test("short numbers", () => {
    expect([0.25, 7, 999, 1500, 1_234_567, 2e9].map(shortNumber)).toEqual([
      "0.25",
      "7",
      "999",
      "1.5k",
      "1.23M",
      "2G",
    ]);
  });
});

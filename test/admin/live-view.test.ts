// The live view's parts: uPlot as its package has it, and a policy that lets nothing else in.

import { join } from "node:path";
import { expect, test } from "bun:test";
import { liveView } from "../../src/admin/live-view.ts";

const ROOT = join(import.meta.dir, "../..");

test.each([
  ["uplot.js.txt", "dist/uPlot.iife.min.js"],
  ["uplot.css.txt", "dist/uPlot.min.css"],
  ["uplot.license.txt", "LICENSE"],
])("%s is what the package has (bun run build:uplot)", async (copy, original) => {
  const text = (path: string) => Bun.file(join(ROOT, path)).text();
  expect(await text(`src/admin/page/${copy}`)).toBe(await text(`node_modules/uplot/${original}`));
});

test("the page may run what stands in it and what comes with it, and connect here alone", () => {
  const { body, fields } = liveView().get("/")!;
  expect(fields["Content-Security-Policy"]).toMatch(
    /^default-src 'none'; script-src 'self' 'sha256-\S+'; style-src 'self' 'sha256-\S+'; connect-src 'self'; /,
  );
  expect(body.match(/ (?:src|href)="[^"]*"/g)).toEqual([
    ' href="data:,"',
    ' href="/uplot.css"',
    ' src="/uplot.js"',
  ]);
});

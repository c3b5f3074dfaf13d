// Links between the documents: each leads to a file that is there, and to a heading in it; the index has every page.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "bun:test";

const ROOT = join(import.meta.dir, "../..");
const SKIPPED = /(?:^|\/)(?:node_modules|dist|\.git)\//;

const PAGES = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter(
  (path) => path.endsWith(".md") && !SKIPPED.test(path),
);
const OF_DOCS = PAGES.filter((path) => /^docs\/(?!README)[^/]+\.md$/.test(path));

/** Without what stands in blocks of code. */
function textOf(page: string): string {
  return readFileSync(join(ROOT, page), "utf8").replace(/^```[^]*?^```$/gm, "");
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): Set<string> {
  const headings = [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
  const slug = (heading: string) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "");
  return new Set(headings.map((heading) => slug(heading).replaceAll(" ", "-")));
}

/** The files of this project that a page links to, from the root, each with its anchor. */
function linksOf(page: string): { path: string; anchor: string }[] {
  const targets = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = "", anchor = ""] = target.split("#");
      const path = file === "" ? page : relative(ROOT, join(ROOT, dirname(page), file));
      return { path, anchor };
    });
}

test.each(PAGES)("%s: every link leads somewhere", (page) => {
  const dead = linksOf(page).filter(({ path, anchor }) => {
    if (!existsSync(join(ROOT, path))) return true;
    return anchor !== "" && !anchorsOf(path).has(anchor);
  });
  expect(dead).toEqual([]);
});

test.each(["README.md", "docs/README.md"])("%s links to every page of docs/", (page) => {
  const linked = new Set(linksOf(page).map(({ path }) => path));
  expect(OF_DOCS.filter((path) => !linked.has(path))).toEqual([]);
  expect(OF_DOCS.length).toBeGreaterThan(10);
});

// What holds for every file of examples/: how it is served, and that it runs and fetches nothing from elsewhere.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { EXAMPLES } from "../../examples/table.ts";
import { EXAMPLES_DIRECTORY, startExample } from "../support/running-example.ts";
import { TEST_TIMEOUT_MS, type TestServer } from "../support/server.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

const FILES = (readdirSync(EXAMPLES_DIRECTORY, { recursive: true }) as string[])
  .filter((path) => statSync(join(EXAMPLES_DIRECTORY, path)).isFile())
  .filter((path) => !path.includes("__pycache__"))
  .toSorted();
const read = (path: string) => readFileSync(join(EXAMPLES_DIRECTORY, path), "utf8");
const withEnd = (...ends: string[]) =>
  FILES.filter((path) => ends.some((end) => path.endsWith(end)));

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html;charset=utf-8",
  css: "text/css;charset=utf-8",
  js: "text/javascript;charset=utf-8",
};

/** Ways in which text becomes code, or HTML. */
const EVALUATES =
  /\beval\b|\bFunction\s*\(|\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|document\.write|\bimport\(|setTimeout\(\s*["'`]|javascript:|\bsrcdoc\b/;
/** Ways out: an address with a scheme, or one without that names a host. */
const ELSEWHERE =
  /\b(?:https?|ftp):\/\/|["'(]\/\/\w|\bfetch\(|XMLHttpRequest|sendBeacon|@import|EventSource/;

describe("served", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startExample("sh");
  });
  afterAll(async () => server.stop());

  for (const path of withEnd(".html", ".css", ".js")) {
    test(path, async () => {
      const name = path.replace(/(?:^|\/)index\.html$/, "/");
      const response = await fetch(`http://127.0.0.1:${server.port}/${name}`);
      expect(response.status).toBe(200);
      expect(response.headers.get("Content-Type")).toBe(TYPES[path.split(".").at(-1)!]!);
      expect(await response.text()).toBe(read(path));
    });
  }
});

describe("pages and scripts", () => {
  for (const path of withEnd(".html", ".css", ".js")) {
    test(`${path} evaluates nothing, and goes nowhere`, () => {
      expect(EVALUATES.exec(read(path))).toBeNull();
      expect(ELSEWHERE.exec(read(path))).toBeNull();
    });
  }

  for (const path of withEnd(".html")) {
    test(`${path} has a strict policy, no code of its own, and only files that there are`, () => {
      const html = read(path);
      const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(html)?.[1];
      expect(policy).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:",
      );
      expect(html).toContain('<html lang="en">');
      expect(html).toContain('name="viewport" content="width=device-width, initial-scale=1"');
      expect(/<script[^>]*>[^<]|<style|\sstyle=|\son\w+=/.exec(html)).toBeNull();
      for (const [, url] of html.matchAll(/\s(?:src|href)="([^"]*)"/g)) {
        if (url === "data:,") continue;
        expect(FILES).toContain(relative(".", join(dirname(path), url!)));
      }
    });
  }

  for (const path of withEnd(".js")) {
    test(`${path} imports only files that there are, and is no longer than a file may be`, () => {
      for (const [, url] of read(path).matchAll(/\bfrom "([^"]*)"/g)) {
        expect(FILES).toContain(relative(".", join(dirname(path), url!)));
      }
      expect(read(path).split("\n").length).toBeLessThanOrEqual(251);
      expect(read(path).split("\n")[0]).toMatch(/^\/\/ \S.*\.$/);
    });
  }

  test("no selector of style.css is for nothing", () => {
    const text = withEnd(".html", ".js").map(read).join("\n");
    const names = read("style.css").matchAll(/^[^{};@]*[#.]([a-z][\w-]*)[^{};]*\{$/gm);
    for (const [, name] of names) expect(text).toContain(name!);
  });
});

describe("a folder has its program, its page and five lines about it", () => {
  test("there is one for each row of the table, and a line in README.md", () => {
    const folders = FILES.filter((path) => path.includes("/")).map((path) => path.split("/")[0]!);
    expect([...new Set(folders)].toSorted()).toEqual(Object.keys(EXAMPLES).toSorted());
    for (const name of Object.keys(EXAMPLES)) {
      expect(read("README.md")).toContain(`[${name}](${name}/README.md)`);
    }
  });

  for (const [name, { program, isForTerminal }] of Object.entries(EXAMPLES)) {
    test(name, () => {
      expect(FILES).toContain(`${name}/${program}`);
      expect(FILES.includes(`${name}/index.html`)).toBe(isForTerminal !== true);
      if (!isForTerminal) {
        const shows = name === "life" || name === "graph" ? "canvas" : program;
        expect(read(`${name}/index.html`)).toContain(shows);
      }
      expect(read(`${name}/README.md`).trimEnd().split("\n").length).toBe(5);
      expect(read(`${name}/README.md`)).toContain(program);
    });
  }
});

// `bun run build:console`: the Terminal view, with all that it needs, as one page that is committed.

import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");
const PAGE = join(ROOT, "src/handlers/terminal-page");
const MODULES = join(ROOT, "node_modules/@xterm");

export const TERMINAL_PAGE = join(ROOT, "src/handlers/terminal-page.txt");

/**
 * What xterm.js does that a policy with hashes alone forbids, and the same by CSSOM: style elements, whose text is not
 * known beforehand, become constructed sheets, and an attribute becomes properties. With how often each stands there.
 */
const PATCHES: readonly (readonly [pattern: RegExp, instead: string, count: number])[] = [
  [/[\w.]+\.createElement\("style"\)/g, "sheetElement()", 3],
  [
    /(\w+)\.setAttribute\("style",`\$\{\1\.getAttribute\("style"\)\|\|""\}\$\{(\w+)\};`\)/g,
    "$1.style.cssText+=`${$2};`",
    1,
  ],
];

/** Throws when the library has changed where we change it. */
function patched(source: string): string {
  const text = PATCHES.reduce((before, [pattern, instead, count]) => {
    const found = before.match(pattern)?.length ?? 0;
    if (found !== count) throw new Error(`xterm.js: ${pattern} is there ${found} times`);
    return before.replace(pattern, instead);
  }, source);
  const imported = `import { sheetElement } from ${JSON.stringify(join(PAGE, "style-sheet.js"))};`;
  return `${imported}\n${text.replace(/\n\/\/# sourceMappingURL=.*/, "")}`;
}

async function bundle(): Promise<string> {
  const { outputs } = await Bun.build({
    entrypoints: [join(PAGE, "main.js")],
    root: ROOT,
    target: "browser",
    format: "iife",
    minify: true,
    plugins: [
      {
        name: "xterm",
        setup(build) {
          build.onLoad({ filter: /xterm\.mjs$/ }, async ({ path }) => {
            return { contents: patched(await Bun.file(path).text()), loader: "js" };
          });
        },
      },
    ],
  });
  return `${await licenses()}\n${(await outputs[0]!.text()).trim()}`;
}

/** They want to be in every copy. */
async function licenses(): Promise<string> {
  const texts = ["xterm", "addon-fit"].map(async (name) => {
    const text = await Bun.file(join(MODULES, name, "LICENSE")).text();
    return `/*! @xterm/${name}\n${text.trim()}\n*/`;
  });
  return (await Promise.all(texts)).join("\n");
}

async function styles(): Promise<string> {
  const paths = [join(MODULES, "xterm/css/xterm.css"), join(PAGE, "page.css")];
  const texts = await Promise.all(paths.map((path) => Bun.file(path).text()));
  return texts
    .map((text) => text.replace(/\/\*[^]*?\*\//g, "").replace(/\s*\n\s*/g, "\n"))
    .join("\n");
}

/** The page. Throws when a part could end its element, or the page has no place for it. */
export async function buildConsole(): Promise<string> {
  const html = await Bun.file(join(PAGE, "page.html")).text();
  const parts = [
    ['<link rel="stylesheet" href="bundled" />', "style", await styles()],
    ['<script src="bundled"></script>', "script", await bundle()],
  ] as const;
  return parts.reduce((before, [place, element, text]) => {
    if (/<\/?(?:script|style)\b/i.test(text)) throw new Error(`a ${element} that names one`);
    if (before.split(place).length !== 2) throw new Error(`the page has no ${place}`);
    return before.replace(place, () => `<${element}>${text}</${element}>`);
  }, html);
}

if (import.meta.main) await Bun.write(TERMINAL_PAGE, await buildConsole());

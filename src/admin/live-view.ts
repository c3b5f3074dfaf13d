// The live view: one page, and the charting library that it is drawn with; nothing comes from elsewhere.

import { pagePolicy } from "../handlers/page-policy.ts";
import importedPage from "./page/live-view.html" with { type: "text" };
import uplotStyle from "./page/uplot.css.txt" with { type: "text" };
import uplot from "./page/uplot.js.txt" with { type: "text" };
import license from "./page/uplot.license.txt" with { type: "text" };

/** Bun's types know a page only as what its bundler makes of one; `type: "text"` is the text. */
const page = importedPage as unknown as string;

export interface Part {
  readonly body: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** By their paths. */
export function liveView(): ReadonlyMap<string, Part> {
  const policy = pagePolicy(page, { connect: "'self'", hasParts: true });
  const part = (body: string, type: string, fields = {}): Part => {
    return { body, fields: { "Content-Type": `${type}; charset=utf-8`, ...fields } };
  };
  return new Map([
    ["/", part(page, "text/html", { "Content-Security-Policy": policy })],
    ["/uplot.js", part(`/*\n${license}*/\n${uplot}`, "text/javascript")],
    ["/uplot.css", part(`/*\n${license}*/\n${uplotStyle}`, "text/css")],
  ]);
}

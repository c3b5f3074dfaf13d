// --console, --devconsole: the Messages view, one page to try a program with.

import { consolePage, type ConsolePageOptions } from "./console-page.ts";
import imported from "./dev-console.html" with { type: "text" };
import type { Handler } from "./handler.ts";

/** Bun's types know a page only as what its bundler makes of one; `type: "text"` is the text. */
const page = imported as unknown as string;

export function devConsole({ everywhere }: ConsolePageOptions): Handler {
  return consolePage(page, "/.websockd/console", everywhere);
}

/** Beside the Terminal view, which has that path. */
export function messagesView(): Handler {
  return consolePage(page, "/.websockd/console/messages", false);
}

// --console with --pty: the Terminal view, which `bun run build:console` makes of terminal-page/ and xterm.js.

import { consolePage, type ConsolePageOptions } from "./console-page.ts";
import type { Handler } from "./handler.ts";
import page from "./terminal-page.txt" with { type: "text" };

export interface TerminalConsoleOptions extends ConsolePageOptions {
  /** The page says that keys are not taken, and sends none; it is the server that takes none. */
  readonly isReadonly: boolean;
}

export function terminalConsole({ everywhere, isReadonly }: TerminalConsoleOptions): Handler {
  const access = isReadonly ? "readonly" : "full";
  const told = page.replace('<body data-access="full">', `<body data-access="${access}">`);
  return consolePage(told, "/.websockd/console", everywhere);
}

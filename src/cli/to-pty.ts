// The terminal that programs run in, and the options that make no sense with one.

import type { PtyConfig } from "../config-programs.ts";
import { UsageError } from "./value.ts";
import type { Values } from "./values.ts";

/** As the control message for it has it: see docs/terminal.md. */
const SIDE_MAX = 1000;
const USUAL = { columns: 80, rows: 24 };

/** Null: programs run on pipes. Throws UsageError. */
export function ptyOf(values: Values): PtyConfig | null {
  const text = values.text("pty");
  const isReadonly = values.flag("readonly");
  if (isReadonly && (text === "" || text === "pipe")) {
    throw refuse("--readonly shows a terminal and takes no keys: give --pty with it");
  }
  if (text === "") return null;
  if (text === "pipe") {
    judgePipe(values);
    return { mode: "pipe", ...USUAL, isReadonly };
  }
  const [columns = 0, rows = 0] = (/^(\d{1,4})x(\d{1,4})$/.exec(text)?.slice(1) ?? []).map(Number);
  if (Math.min(columns, rows) < 1 || Math.max(columns, rows) > SIDE_MAX) {
    const wanted = `COLSxROWS, each from 1 to ${SIDE_MAX}, or pipe is wanted`;
    throw new UsageError(`--pty=${text}: ${wanted}, for example --pty=80x24`);
  }
  judgeTerminal(values);
  return { mode: "terminal", columns, rows, isReadonly };
}

function refuse(text: string): UsageError {
  return new UsageError(text, "conflict");
}

function judgeTerminal(values: Values): void {
  if (values.has("framing") || values.flag("binary") || values.has("max-record")) {
    throw refuse(
      "--pty sends what the terminal shows as it comes: give it without --framing, --binary and --max-record, or --pty=pipe for lines",
    );
  }
  if (values.text("frame-type") === "auto") {
    throw refuse(
      "--pty --frame-type=auto would send a character that is cut as binary: give text or binary",
    );
  }
  if (values.flag("passstderr") || (values.has("stderr") && values.text("stderr") !== "merge")) {
    throw refuse(
      "--pty has stderr on the terminal: give it without --stderr and --passstderr, or --pty=pipe",
    );
  }
  if (values.text("prefork-env") === "line") {
    throw refuse(
      "--pty --prefork-env=line would type the line at the terminal: give --prefork-env=none",
    );
  }
}

/** The terminal hands a record on when it ends in a line feed, and programs write it then. */
function judgePipe(values: Values): void {
  const framing = values.flag("binary") ? "raw" : values.text("framing");
  if (framing === "lines" || framing === "json") return;
  throw refuse(
    `--pty=pipe has programs write at the end of each line, and --framing=${framing} has no lines: give lines or json, or have the program flush its output`,
  );
}

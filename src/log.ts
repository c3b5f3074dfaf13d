// The log: what happened, one line an event, so that nobody outside writes lines of their own.

import { fstatSync, openSync } from "node:fs";
import { lazyLibc } from "./libc.ts";
import {
  formatShortened,
  LOG_LEVELS,
  type LogCategory,
  type LogEvent,
  type LogFields,
  type LogFormat,
  type LogLevel,
} from "./log-format.ts";
import { LogSink, sharedPieceSize } from "./log-sink.ts";

export interface Log {
  /** Writes `message` and its fields when `level` is logged. */
  write(level: LogLevel, message: string, fields?: LogFields, category?: LogCategory): void;
  /** Writes a line whatever the level: what a person or a script waits for. */
  announce(message: string): void;
  /** Opens its file anew, which somebody may have moved away. */
  reopen(): void;
  /** Other processes write to it, too, from now on. */
  share(): void;
}

export interface LogOptions {
  /** `auto`: text on a terminal, else logfmt. Default: text. */
  readonly format?: LogFormat | "auto";
  /** Default: stderr. */
  readonly stream?: "stdout" | "stderr";
  /** Instead of the stream: lines go to its end. Default: none. */
  readonly file?: string | null;
  /** Other processes write to it, too. Default: none do. */
  readonly isShared?: boolean;
  /** Which of those we are: on each line. Default: it is not said. */
  readonly worker?: number;
}

type Said = Pick<LogEvent, "level" | "category" | "message">;

const STDOUT = 1;
const STDERR = 2;

/** Throws when the file cannot be opened. */
export function createLog(level: LogLevel, options: LogOptions = {}): Log {
  const threshold = LOG_LEVELS.indexOf(level);
  const { file = null } = options;
  const fd = file !== null ? openFile(file) : options.stream === "stdout" ? STDOUT : STDERR;
  const wanted = options.format ?? "text";
  const byReader = isTerminal(fd) ? "text" : "logfmt";
  const format = wanted === "auto" ? byReader : wanted;
  const { worker } = options;
  let pieceSizeMax = options.isShared === true ? sharedPieceSize(fd) : Infinity;
  const line = ({ level: at, message, category }: Said, fields: LogFields = {}) => {
    const told = worker ? { ...fields, worker } : fields;
    const whole: LogEvent = { time: new Date(), level: at, category, message, fields: told };
    return formatShortened(whole, format, pieceSizeMax - 1) + "\n";
  };
  const ownLine = (at: LogLevel, message: string) =>
    line({ level: at, message, category: "server" });
  const sink = new LogSink(fd, {
    pieceSizeMax,
    lostLine: (count) =>
      ownLine("error", `${count} log lines lost: the reader was too slow, or the disk full`),
  });
  return {
    write(at, message, fields = {}, category = "server") {
      if (LOG_LEVELS.indexOf(at) < threshold) return;
      sink.put(line({ level: at, message, category }, fields));
    },
    announce(message) {
      sink.put(format === "text" ? message + "\n" : ownLine("info", message));
    },
    share() {
      pieceSizeMax = sharedPieceSize(fd);
      sink.share(pieceSizeMax);
    },
    reopen() {
      if (file === null) return;
      try {
        sink.change(openFile(file));
      } catch (error) {
        sink.put(ownLine("error", `the log goes on where it was: ${(error as Error).message}`));
      }
    },
  };
}

const libc = lazyLibc({ isatty: { args: ["i32"], returns: "i32" } });

/** isatty(3), which is asked only of what may be one: `node:tty` is 10 ms of a start. */
function isTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && libc().isatty(fd) === 1;
  } catch {
    return false; // it is closed
  }
}

/** Readable by its group: logs tell who came. */
function openFile(path: string): number {
  return openSync(path, "a", 0o640);
}

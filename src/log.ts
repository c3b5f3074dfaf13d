// The log: what happened, one line an event, so that nobody outside writes lines of their own.

import { isatty } from "node:tty";
import {
  formatEvent,
  LOG_LEVELS,
  type LogCategory,
  type LogFields,
  type LogFormat,
  type LogLevel,
} from "./log-format.ts";
import { LogSink } from "./log-sink.ts";

export interface Log {
  /** Writes `message` and its fields when `level` is logged. */
  write(level: LogLevel, message: string, fields?: LogFields, category?: LogCategory): void;
  /** Writes a line whatever the level: what a person or a script waits for. */
  announce(message: string): void;
}

export interface LogOptions {
  /** `auto`: text on a terminal, else logfmt. Default: text. */
  readonly format?: LogFormat | "auto";
  /** Default: stderr. */
  readonly stream?: "stdout" | "stderr";
}

const STDOUT = 1;
const STDERR = 2;

export function createLog(level: LogLevel, options: LogOptions = {}): Log {
  const threshold = LOG_LEVELS.indexOf(level);
  const fd = options.stream === "stdout" ? STDOUT : STDERR;
  const wanted = options.format ?? "text";
  const byReader = isatty(fd) ? "text" : "logfmt";
  const format = wanted === "auto" ? byReader : wanted;
  const line = (event: { level: LogLevel; message: string }, fields: LogFields = {}) =>
    formatEvent({ time: new Date(), category: "server", fields, ...event }, format) + "\n";
  const sink = new LogSink(fd, (count) =>
    line({ level: "error", message: `${count} log lines lost: the reader is too slow` }),
  );
  return {
    write(at, message, fields = {}, category = "server") {
      if (LOG_LEVELS.indexOf(at) < threshold) return;
      const event = { time: new Date(), level: at, category, message, fields };
      sink.put(formatEvent(event, format) + "\n");
    },
    announce(message) {
      sink.put(format === "text" ? message + "\n" : line({ level: "info", message }));
    },
  };
}

// The log: one line an event on stderr, its control bytes escaped, so that nobody outside writes lines of their own.

import { writeSync } from "node:fs";

/** websocketd's levels, the most talkative first. */
export const LOG_LEVELS = ["debug", "trace", "access", "info", "error", "fatal", "none"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFields = Readonly<Record<string, string | number | undefined>>;

export interface Log {
  /** Writes `message` and its fields when `level` is logged. */
  write(level: LogLevel, message: string, fields?: LogFields): void;
  /** Writes a line as it is, whatever the level: what a person or a script waits for. */
  announce(line: string): void;
}

const STDERR = 2;

export function createLog(level: LogLevel): Log {
  const threshold = LOG_LEVELS.indexOf(level);
  return {
    write(at, message, fields = {}) {
      if (LOG_LEVELS.indexOf(at) < threshold) return;
      const pairs = Object.entries(fields)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => ` ${name}=${quote(String(value))}`);
      put(
        `${new Date().toISOString()} ${at.toUpperCase().padEnd(6)} ${escape(message)}${pairs.join("")}\n`,
      );
    },
    announce: (line) => put(line + "\n"),
  };
}

/** A log that nobody reads, or whose reader is slower than we are, must neither end nor stop the server. */
function put(line: string): void {
  try {
    writeSync(STDERR, line);
  } catch {
    // EAGAIN, EPIPE, ENOSPC: the line is lost, the sessions are not.
  }
}

function quote(value: string): string {
  return /^[^\s"=\\\x00-\x1f\x7f-\x9f]+$/.test(value) ? value : JSON.stringify(escape(value));
}

/** C0, DEL and C1 as \xNN, so that no terminal obeys what a client or a program wrote. */
function escape(text: string): string {
  return text.replace(
    /[\x00-\x1f\x7f-\x9f]/g,
    (character) => "\\x" + character.charCodeAt(0).toString(16).padStart(2, "0"),
  );
}

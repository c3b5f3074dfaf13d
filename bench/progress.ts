// Says on stderr what is being measured: one line that changes on a terminal, a line for each measurement elsewhere.
import type { Sample } from "./measure.ts";
import type { Cell } from "./plan.ts";
import type { Place, Progress } from "./rounds.ts";

const ERASE_LINE = "\r\x1b[2K";
/** A terminal that does not say is taken for so wide. */
const COLUMNS = 80;

type Terminal = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
};

export function progressOn(terminal: Terminal): Progress & { finish(): void } {
  const isTerminal = terminal.isTTY === true;
  const begin = performance.now();
  return {
    begins(cell, place) {
      if (!isTerminal) return;
      const text = `${where(cell, place)}${timeLeft(place, performance.now() - begin)}`;
      terminal.write(ERASE_LINE + text.slice(0, (terminal.columns || COLUMNS) - 1));
    },
    ended(cell, place, sample) {
      // What went wrong stays on the screen.
      const text = `${where(cell, place)}: ${brief(sample)}\n`;
      if (!isTerminal) terminal.write(text);
      else if (sample.problem !== null) terminal.write(ERASE_LINE + text);
    },
    finish() {
      if (isTerminal) terminal.write(ERASE_LINE);
    },
  };
}

function where({ pattern, server }: Cell, { round, rounds }: Place): string {
  const which = round > rounds ? "system calls" : `round ${round} of ${rounds}`;
  return `${which}  ${pattern.name}  ${server.name}`;
}

function timeLeft({ done, all }: Place, elapsedMs: number): string {
  if (done === 0) return "";
  const seconds = ((elapsedMs / done) * (all - done)) / 1e3;
  return `  ${done} of ${all}, ${seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`} left`;
}

function brief({ problem, figures }: Sample): string {
  if (problem !== null) return problem;
  const {
    kibibytesPerConnection: memory,
    messagesPerSecond: rate,
    generatorCores = 0,
  } = figures ?? {};
  if (rate === undefined)
    return memory === undefined ? "" : `${memory.toFixed(1)} KiB a connection`;
  const busy = Math.round(generatorCores * 100);
  return `${Math.round(rate).toLocaleString("en-US")} messages/s, generator ${busy} % of a core`;
}

// Control messages for a terminal: JSON that says what a user's window or keyboard cannot say by bytes.

import type { PtySize } from "../descriptors/pty.ts";

/** Bytes of a control message: the longest that means anything has 45. */
export const CONTROL_SIZE_MAX = 256;
/** Columns and rows: more than any screen has, and far from what programs would need much memory for. */
export const SIDE_MAX = 1000;

/** What a user may send to what is in front; with TERM and KILL, whatever does not heed the others. */
const SIGNALS = ["INT", "QUIT", "TSTP", "CONT", "HUP", "TERM", "KILL", "USR1", "USR2"] as const;

export type TerminalControl =
  | { readonly type: "resize"; readonly size: PtySize }
  | { readonly type: "signal"; readonly signal: NodeJS.Signals };

/** What the client is told: at most 123 bytes, which is what a Close has room for. */
export const CONTROL_WANTED =
  'text is for control: {"type":"resize","cols":80,"rows":24} or {"type":"signal","name":"INT"}; input is binary';
const SIZE_WANTED = `resize: cols and rows are wanted, whole numbers from 1 to ${SIDE_MAX}`;
const SIGNAL_WANTED = `signal: a name is wanted, one of ${SIGNALS.join(" ")}`;

/** Reads one, strictly: no field is missing, none is too much. A string: why not, with what would be right. */
export function readControl(text: string): TerminalControl | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return CONTROL_WANTED;
  }
  if (typeof value !== "object" || value === null) return CONTROL_WANTED;
  const message = value as Record<string, unknown>;
  if (message["type"] === "resize") return readResize(message);
  if (message["type"] === "signal") return readSignal(message);
  return CONTROL_WANTED;
}

function readResize(message: Record<string, unknown>): TerminalControl | string {
  const { cols, rows } = message;
  if (!isSide(cols) || !isSide(rows) || Object.keys(message).length !== 3) return SIZE_WANTED;
  return { type: "resize", size: { columns: cols, rows } };
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= SIDE_MAX;
}

function readSignal(message: Record<string, unknown>): TerminalControl | string {
  const known = SIGNALS.find((signal) => signal === message["name"]);
  if (known === undefined || Object.keys(message).length !== 2) return SIGNAL_WANTED;
  return { type: "signal", signal: `SIG${known}` };
}

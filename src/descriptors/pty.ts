// Pseudo-terminals (pty(7)): the two ends of one, what its line discipline does (termios(3)), its size, who is in front.

import { ptr } from "bun:ffi";
import { closeSync, openSync } from "node:fs";
import { lazyLibc } from "../libc.ts";

/** Linux's numbers, the same on x86-64 and AArch64. */
const O_RDWR = 0o2;
const O_NOCTTY = 0o400;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const TCGETS = 0x5401;
const TCSETS = 0x5402;
const TIOCGPGRP = 0x540f;
const TIOCSWINSZ = 0x5414;
const TIOCGPTN = 0x8004_5430;
const TIOCSPTLCK = 0x4004_5431;

/** The kernel's struct termios: four words of flags, a byte, and the control characters. */
const TERMIOS_SIZE = 36;
const INPUT_FLAGS = 0;
const OUTPUT_FLAGS = 4;
const LOCAL_FLAGS = 12;
const CHARACTERS = 17;
const CHARACTER_COUNT = 19;
const VEOF = 4;
const VMIN = 6;
const VLNEXT = 15;
const IUTF8 = 0x4000;
const ICANON = 0x2;
const IEXTEN = 0x8000;

const ioctlOf = lazyLibc({ ioctl: { args: ["i32", "u64", "ptr"], returns: "i32" } });

/** Memory that the kernel reads and writes. */
const word = new Int32Array(1);
const size = new Uint16Array(4);
const termios = new Uint8Array(64);
const termiosView = new DataView(termios.buffer, 0, TERMIOS_SIZE);

/** Both ends as file descriptors, closed on exec; the master does not block. */
export interface Pty {
  readonly master: number;
  readonly slave: number;
  /** Of the slave. */
  readonly path: string;
}

/** In characters, as TIOCSWINSZ has it. */
export interface PtySize {
  readonly columns: number;
  readonly rows: number;
}

/** Opens a pseudo-terminal that nobody has. Throws what open(2) says, or why the slave cannot be had. */
export function openPty(): Pty {
  const master = openSync("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  try {
    word[0] = 0;
    if (control(master, TIOCSPTLCK, word) !== 0 || control(master, TIOCGPTN, word) !== 0) {
      throw new Error("/dev/ptmx is no multiplexer of terminals");
    }
    const path = `/dev/pts/${word[0]}`;
    return { master, slave: openSync(path, O_RDWR | O_NOCTTY | O_CLOEXEC), path };
  } catch (error) {
    closeSync(master);
    throw error;
  }
}

/** Tells the terminal its size: the group in front gets SIGWINCH when that is another than before. */
export function resizePty(master: number, { columns, rows }: PtySize): void {
  size.set([rows, columns, 0, 0]);
  control(master, TIOCSWINSZ, size);
}

/** The line discipline erases whole characters of UTF-8. */
export function expectUtf8(master: number): void {
  if (control(master, TCGETS, termios) !== 0) return;
  const flags = termiosView.getUint32(INPUT_FLAGS, true);
  termiosView.setUint32(INPUT_FLAGS, flags | IUTF8, true);
  control(master, TCSETS, termios);
}

/** Characters that a line terminal heeds; neither is in any text that is UTF-8. */
export const LINE_PUSH = 0xff;
export const LINE_QUOTE = 0xfe;

/**
 * A terminal for lines and nothing but lines: it hands a line on when it is whole, echoes nothing, adds no CR, and no
 * character does anything but LINE_PUSH, the end of file, and LINE_QUOTE, which takes that from the next one.
 */
export function makeLineTerminal(master: number): void {
  control(master, TCGETS, termios);
  termiosView.setUint32(INPUT_FLAGS, 0, true);
  termiosView.setUint32(OUTPUT_FLAGS, 0, true);
  termiosView.setUint32(LOCAL_FLAGS, ICANON | IEXTEN, true);
  termios.fill(0, CHARACTERS, CHARACTERS + CHARACTER_COUNT);
  termios[CHARACTERS + VEOF] = LINE_PUSH;
  termios[CHARACTERS + VLNEXT] = LINE_QUOTE;
  termios[CHARACTERS + VMIN] = 1;
  control(master, TCSETS, termios);
}

/** The character that now says the end of file to who reads lines, or 0 when none does. */
export function endOfFileCharacter(master: number): number {
  return control(master, TCGETS, termios) === 0 ? termios[CHARACTERS + VEOF]! : 0;
}

/** The process group in front, tcgetpgrp(3); 0: there is none. */
export function foregroundGroup(master: number): number {
  word[0] = 0;
  return control(master, TIOCGPGRP, word) === 0 ? word[0] : 0;
}

function control(fd: number, request: number, memory: NodeJS.TypedArray): number {
  return ioctlOf().ioctl(fd, request, ptr(memory));
}

// What a server of this machine has used: CPU time and switches, all threads, and memory; its workers, no other children.
import { dlopen, FFIType } from "bun:ffi";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const libc = dlopen("libc.so.6", {
  clock_gettime: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
});

/** Who has more children has services; workers are no more than there are processors. */
const WORKERS_MAX = 64;

/** The process, and its children that run the same file: its workers. */
function serverOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1");
    const children = text.split(" ").filter(Boolean).map(Number);
    if (children.length > WORKERS_MAX) return [pid];
    const file = readlinkSync(`/proc/${pid}/exe`);
    return [pid, ...children.filter((child) => fileOf(child) === file)];
  } catch {
    return [pid]; // another's process, or gone
  }
}

function fileOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}

function sumOf(pid: number, figure: (pid: number) => number | undefined): number | undefined {
  const figures = serverOf(pid).map((one) => figure(one));
  return figures.includes(undefined) ? undefined : figures.reduce((a = 0, b = 0) => a + b, 0);
}

/** Microseconds of CPU time since the server began, or undefined when there is no such process. */
export function cpuMicroseconds(pid: number): number | undefined {
  return sumOf(pid, cpuOf);
}

function cpuOf(pid: number): number | undefined {
  // The clock of another process, as clock_getcpuclockid(3) names it: exact to the nanosecond, where
  // /proc/PID/stat counts hundredths of a second and schedstat is not in every kernel.
  const clock = (~pid << 3) | 2;
  const time = new BigInt64Array(2);
  if (libc.symbols.clock_gettime(clock, time) !== 0) return undefined;
  return Number(time[0]) * 1e6 + Number(time[1]) / 1e3;
}

/** Resident memory in KiB, or undefined when there is no such process. */
export function residentKibibytes(pid: number): number | undefined {
  return sumOf(pid, residentOf);
}

function residentOf(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(status);
    return line === null ? undefined : Number(line[1]);
  } catch {
    return undefined;
  }
}

/** How often its threads that still are have left the core: because they waited, and because others were given it. */
export function contextSwitches(
  pid: number,
): { readonly voluntary: number; readonly involuntary: number } | undefined {
  try {
    const texts = serverOf(pid).flatMap((one) =>
      readdirSync(`/proc/${one}/task`).map((id) =>
        readFileSync(`/proc/${one}/task/${id}/status`, "latin1"),
      ),
    );
    const sum = (pattern: RegExp) =>
      texts.reduce((total, text) => total + Number(pattern.exec(text)?.[1] ?? NaN), 0);
    return {
      voluntary: sum(/^voluntary_ctxt_switches:\s+(\d+)$/m),
      involuntary: sum(/^nonvoluntary_ctxt_switches:\s+(\d+)$/m),
    };
  } catch {
    return undefined; // it is gone, or one of its threads went just now
  }
}

// What the kernel counted of a program that has ended, getrusage(2).

export interface ResourceUsage {
  /** Seconds of the processor, its own and the system's for it. */
  readonly cpuSeconds: number;
  /** The most memory it had at once, in KiB. */
  readonly memoryMaxKib: number;
}

/** Bun counts processor time in microseconds, memory in bytes. */
export function usageOf(subprocess: Bun.Subprocess): ResourceUsage | null {
  const usage = subprocess.resourceUsage();
  if (usage === undefined) return null;
  return {
    cpuSeconds: Number(usage.cpuTime.total) / 1e6,
    memoryMaxKib: Math.round(usage.maxRSS / 1024),
  };
}

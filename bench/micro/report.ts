// Measures a job with mitata and prints a line of what it took.

import { measure } from "mitata";

export interface Job {
  readonly name: string;
  /** Bytes that go in, in one run. */
  readonly bytes: number;
  /** Frames that go in or come out, in one run; 0 where there are none. */
  readonly frames: number;
  readonly run: () => void;
  /** What has to be done for each run and is no part of it: its time is taken off. */
  readonly prepare?: () => void;
}

/** Half a second of samples each: the median has settled by then. */
const MEASURE_NS = 500_000_000;

async function medianNs(run: () => void): Promise<number> {
  const stats = await measure(run, { min_cpu_time: MEASURE_NS });
  return stats.p50;
}

/** Runs a job and prints its median as ns a frame and GB/s. Returns the median in ns. */
export async function report(job: Job): Promise<number> {
  const { prepare, run } = job;
  const whole = await medianNs(() => {
    prepare?.();
    run();
  });
  const ns = prepare ? whole - (await medianNs(prepare)) : whole;
  const frame = job.frames === 0 ? "" : `${(ns / job.frames).toFixed(1)} ns/frame`;
  const rate = `${(job.bytes / ns).toFixed(2)} GB/s`;
  console.log(`${job.name.padEnd(44)} ${frame.padStart(20)} ${rate.padStart(14)}`);
  return ns;
}

/** Measures the kernel and then its plain twin, and prints how many times as fast the kernel is. */
export async function compare(kernelJob: Job, twin: () => void): Promise<void> {
  const kernelNs = await report(kernelJob);
  const { name, bytes, frames } = kernelJob;
  const twinNs = await report({ name: `${name}, plain twin`, bytes, frames, run: twin });
  console.log(`${"".padEnd(44)} ${`${(twinNs / kernelNs).toFixed(0)} times`.padStart(20)}`);
}

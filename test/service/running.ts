// Starts services for the tests, and waits for what becomes of them.

import { readdirSync } from "node:fs";
import { createKernel, SLAB_SIZE } from "../../src/kernel/kernel.ts";
import type { Containment } from "../../src/service/containment.ts";
import { launch, resolveCommand, type LaunchProblem } from "../../src/service/launcher.ts";
import type { ServiceOptions, ServiceProcess } from "../../src/service/process.ts";
import type { StderrListener } from "../../src/service/stderr-reader.ts";
import type { TerminationStep } from "../../src/service/termination.ts";
import { Readiness } from "../../src/descriptors/readiness.ts";
import type { EndCause, EndpointListener } from "../../src/session/endpoint.ts";

export const kernel = createKernel({ slabBytes: 64 * SLAB_SIZE, sessionsMax: 1 });
export const PATH = "/usr/local/bin:/usr/bin:/bin";

/** websocketd's. */
export const LADDER: readonly TerminationStep[] = [
  { signal: null, waitMs: 100 },
  { signal: "SIGINT", waitMs: 250 },
  { signal: "SIGTERM", waitMs: 500 },
  { signal: "SIGKILL", waitMs: 0 },
];

let readiness: Readiness | null = null;
/** Handlers of the program that threw. */
export const defects: unknown[] = [];

export async function serviceOptions(): Promise<ServiceOptions> {
  readiness ??= await Readiness.create({ failed: (error) => void defects.push(error) });
  const marks = { high: 256 * 1024, low: 64 * 1024, slabsScarce: 64 };
  const ending = { ladder: LADDER, extraMs: 0, finishTimeoutMs: null };
  return { kernel, readiness, marks, ending, lingerMs: 250, stderr: "log" };
}

/**
 * Whether `act` leaves descriptors open. It is done twenty times: what it leaves shows, while what the tests before it
 * are still closing, a few, does not hide that.
 */
export async function leavesDescriptors(act: () => Promise<unknown>): Promise<boolean> {
  await act();
  const before = descriptorCount();
  for (let i = 0; i < 20; i++) await act();
  return descriptorCount() > before;
}

/** The file descriptors of this process: their number tells of one that was left open. */
export function descriptorCount(): number {
  return readdirSync("/proc/self/fd").length;
}

export class Running implements EndpointListener, StderrListener {
  readonly service: ServiceProcess;
  /** Chunks of stdout, copied. */
  readonly chunks: Uint8Array[] = [];
  readonly lines: string[] = [];
  /** `drained` and `ended` in the order in which they were said. */
  readonly said: string[] = [];
  /** Resolves with why the service ended. */
  readonly end: Promise<EndCause>;
  /** Resolves when it is gone. */
  readonly gone: Promise<void>;
  #sayEnded: (cause: EndCause) => void;
  #sayClosed: () => void;
  #wake: () => void = () => {};

  private constructor(service: (stderr: StderrListener) => ServiceProcess | LaunchProblem) {
    const ended = Promise.withResolvers<EndCause>();
    const closed = Promise.withResolvers<void>();
    this.end = ended.promise;
    this.gone = closed.promise;
    this.#sayEnded = ended.resolve;
    this.#sayClosed = closed.resolve;
    const started = service(this);
    if ("transient" in started) throw new Error(started.text);
    this.service = started;
    this.service.listener = this;
  }

  /** Starts `argv` with `environment` and nothing else. */
  static async start(
    argv: readonly string[],
    environment: Record<string, string> = { PATH },
    directory?: string,
  ): Promise<Running> {
    const options = await serviceOptions();
    const command = resolveCommand(argv, PATH);
    if ("kind" in command) throw new Error(command.text);
    const at = directory === undefined ? {} : { directory };
    return new Running((stderr) => launch({ command, environment, stderr, ...at }, options));
  }

  /** `service` launches it. */
  static of(service: (stderr: StderrListener) => ServiceProcess | LaunchProblem): Running {
    return new Running(service);
  }

  static async contained(argv: readonly string[], containment: Containment): Promise<Running> {
    const options = await serviceOptions();
    const command = resolveCommand(argv, PATH);
    if ("kind" in command) throw new Error(command.text);
    const environment = { PATH };
    return new Running((stderr) => launch({ command, environment, stderr, containment }, options));
  }

  static shell(script: string): Promise<Running> {
    return Running.start(["sh", "-c", script]);
  }

  /** A shell as a service with other options than most. */
  static async shellWith(changes: Partial<ServiceOptions>, script: string): Promise<Running> {
    const options = { ...(await serviceOptions()), ...changes };
    const command = { path: "/bin/sh", argv: ["sh", "-c", script] };
    return new Running((stderr) => launch({ command, environment: { PATH }, stderr }, options));
  }

  get output(): Uint8Array {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return Buffer.from(this.output).toString("utf8");
  }

  /** Resolves when something has come since this was last asked: output, room, a line of stderr, the end. */
  async news(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
  }

  async textHas(part: string): Promise<void> {
    while (!this.text.includes(part)) await this.news();
  }

  send(bytes: Uint8Array): void {
    kernel.bytes.set(bytes, kernel.incoming);
    this.service.send(kernel.incoming, kernel.incoming + bytes.length);
  }

  received(begin: number, end: number): void {
    this.chunks.push(kernel.bytes.slice(begin, end));
    this.#wake();
  }

  drained(): void {
    this.said.push("drained");
    this.#wake();
  }

  stderrLine(text: string): void {
    this.lines.push(text);
    this.#wake();
  }

  inputEnded(): void {}

  ended(cause: EndCause): void {
    this.said.push("ended");
    this.#sayEnded(cause);
    this.#wake();
  }

  closed(): void {
    this.#sayClosed();
  }
}

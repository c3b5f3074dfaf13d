// Asks the operator's program, --gate, whether a client may open its WebSocket, and sees to it that an answer comes.

import { LIMITS, type Config, type GateConfig } from "../config.ts";
import { readGateAnswer, type Permit } from "../http/gate-answer.ts";
import type { PlainResponse } from "../http/response.ts";
import type { Log } from "../log.ts";
import type { LogFields } from "../log-format.ts";
import {
  consult,
  type Answer,
  type Consultation,
  type ConsultationOptions,
  type NoAnswer,
} from "../service/consultation.ts";
import type { Containment } from "../service/containment.ts";
import type { Command, ExitCause, LaunchProblem } from "../service/launcher.ts";
import { lookForOrphans } from "../service/orphans.ts";
import type { PipeContext } from "../service/pipes.ts";
import { parseSubprotocols } from "../websocket/subprotocol.ts";
import { RETRY_AFTER, STOPPED } from "./admission.ts";
import type { Environment } from "./environment.ts";
import { aboutExchange, type Exchange } from "./exchange.ts";

export interface GateOptions extends PipeContext {
  readonly program: Command;
  readonly timeoutMs: GateConfig["timeoutMs"];
  readonly stderr: Config["stderr"];
  /** The program gets those of its client. */
  readonly tellsVariables: boolean;
  readonly containment: Containment;
  readonly log: Log;
  /** It is among these while somebody waits for its answer. */
  readonly sessions: { readonly gates: Set<Gate> };
}

export interface GateQuestion {
  readonly exchange: Exchange;
  readonly uniqueId: string;
  /** The program's. */
  readonly environment: Environment;
  /** Answers the client, if it is there; `about` is for the log. */
  readonly refuse: (response: PlainResponse, about: LogFields) => void;
  /** Nothing of the gate is left. Null: the client is refused, or has left. Comes once. */
  readonly over: (permit: Permit | null) => void;
}

/** What the client is told, and the log. */
interface Refused {
  readonly response: PlainResponse;
  readonly reason: string;
}

/** The gate's fault: the client is told no details. */
const TEXT_BROKEN = "Whether this WebSocket may be opened could not be found out.";
const LEFT: PlainResponse = {
  status: 400,
  text: "The client ended its side before its WebSocket was open.",
};
/** How often clients whose gates run are asked whether they are still there: their sockets are not read. */
const LOOK_MS = 200;
/** Of what a gate says to its client, the log has as much as a person would read. */
const REASON_LENGTH_MAX = 200;

/** One that is being asked. */
interface Asked {
  readonly consultation: Consultation;
  readonly question: GateQuestion;
}

/** Null where none is asked. */
export function createGate(of: {
  readonly config: Config;
  readonly resources: { readonly gate: Command | null; readonly containment: Containment };
  readonly kernel: GateOptions["kernel"];
  readonly readiness: GateOptions["readiness"];
  readonly log: Log;
  readonly sessions: GateOptions["sessions"];
}): Gate | null {
  const { gate, stderr, prefork } = of.config;
  const { gate: program, containment } = of.resources;
  if (gate === null || program === null) return null;
  const tellsVariables = prefork.count === 0 || prefork.tellsVariables;
  return new Gate({
    ...of,
    program,
    containment,
    timeoutMs: gate.timeoutMs,
    stderr,
    tellsVariables,
  });
}

export class Gate {
  readonly #options: GateOptions;
  readonly #consulting: ConsultationOptions;
  readonly #asked = new Set<Asked>();
  #looks: ReturnType<typeof setInterval> | null = null;
  #isStopping = false;
  readonly #gone: (() => void)[] = [];

  constructor(options: GateOptions) {
    const { kernel, readiness, timeoutMs, stderr } = options;
    this.#options = options;
    this.#consulting = {
      kernel,
      readiness,
      timeoutMs,
      outputSizeMax: LIMITS.gateOutputSizeMax,
      // There is no client yet.
      stderr: stderr === "client" || stderr === "merge" ? "log" : stderr,
    };
  }

  ask(question: GateQuestion): void {
    const { program: command, containment, log } = this.#options;
    const { exchange, environment, uniqueId } = question;
    const begunAt = performance.now();
    let permit: Permit | null = null;
    const refuse = ({ response, reason }: Refused) => {
      const durationMs = Math.round(performance.now() - begunAt);
      question.refuse(response, { id: uniqueId, reason, duration_ms: durationMs });
    };
    const listener = {
      stderrLine: (text: string) => {
        const about = { id: uniqueId, ...aboutExchange(exchange), gate: command.path };
        log.write("error", text, { ...about, stream: "stderr" }, "stderr");
      },
      answered: (answer: Answer | NoAnswer) => {
        const verdict = this.#judge(answer, question);
        if ("reason" in verdict) refuse(verdict);
        else permit = verdict;
      },
      over: () => {
        this.#forget(asked);
        lookForOrphans();
        question.over(permit);
      },
    };
    const consultation = consult({ command, environment, containment, listener }, this.#consulting);
    if ("transient" in consultation) {
      refuse(this.#notStarted(consultation, question));
      return question.over(null);
    }
    const asked: Asked = { consultation, question };
    exchange.connection.hold();
    this.#asked.add(asked);
    this.#options.sessions.gates.add(this);
    this.#looks ??= setInterval(() => this.#look(), LOOK_MS);
  }

  /** Whoever waits for an answer is told that the server stops. Resolves when no gate is left. */
  stop(): Promise<void> {
    this.#isStopping = true;
    for (const { consultation } of this.#asked) consultation.withdraw();
    if (this.#asked.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#gone.push(resolve));
  }

  /** Without waiting for anything. */
  kill(): void {
    for (const { consultation } of this.#asked) consultation.kill();
  }

  #forget(asked: Asked): void {
    this.#asked.delete(asked);
    if (this.#asked.size > 0) return;
    this.#options.sessions.gates.delete(this);
    if (this.#looks !== null) clearInterval(this.#looks);
    this.#looks = null;
    for (const gone of this.#gone.splice(0)) gone();
  }

  /** An answer for nobody is not waited for. */
  #look(): void {
    for (const { consultation, question } of this.#asked) {
      if (question.exchange.connection.hasLeft) consultation.withdraw();
    }
  }

  #judge(answer: Answer | NoAnswer, question: GateQuestion): Permit | Refused {
    if (typeof answer === "string") return this.#unanswered(answer, question);
    const { exit, output } = answer;
    const admits = exit.kind === "exit" && exit.status === 0;
    const offered = question.exchange.head.get("sec-websocket-protocol");
    const verdict = readGateAnswer(output, {
      admits,
      offered: parseSubprotocols(offered) ?? [],
      tellsVariables: this.#options.tellsVariables,
    });
    if ("problem" in verdict) return this.#broken(verdict.problem, question);
    if ("variables" in verdict) return verdict;
    const [line = ""] = verdict.text.split("\n");
    const reason = `${exitText(exit)} of the gate: ${line.slice(0, REASON_LENGTH_MAX)}`;
    return { response: verdict, reason };
  }

  #unanswered(why: NoAnswer, question: GateQuestion): Refused {
    const { timeoutMs, outputSizeMax } = this.#consulting;
    switch (why) {
      case "withdrawn":
        if (this.#isStopping) return { response: STOPPED, reason: STOPPED.text };
        return { response: LEFT, reason: "the client left before the gate had answered" };
      case "late":
        return this.#broken(
          `It did not exit within ${timeoutMs} ms (--gate-timeout).`,
          question,
          504,
        );
      case "too long":
        return this.#broken(`It wrote more than ${outputSizeMax} bytes to stdout.`, question);
      case "defect":
        return { response: { status: 500, text: TEXT_BROKEN }, reason: "a defect of the server" };
    }
  }

  #notStarted({ transient, text }: LaunchProblem, question: GateQuestion): Refused {
    if (!transient) return this.#broken(`It cannot be started: ${text}`, question);
    const { response, reason } = this.#broken(`It cannot be started: ${text}`, question, 503);
    return { response: { ...response, fields: [RETRY_AFTER] }, reason };
  }

  #broken(problem: string, { uniqueId, exchange }: GateQuestion, status = 502): Refused {
    const { log, program } = this.#options;
    const about = { id: uniqueId, ...aboutExchange(exchange) };
    log.write("error", `The gate "${program.path}" is broken: ${problem}`, about);
    return { response: { status, text: TEXT_BROKEN }, reason: "the gate is broken" };
  }
}

function exitText(exit: ExitCause): string {
  return exit.kind === "exit" ? `exit ${exit.status}` : `signal ${exit.name}`;
}

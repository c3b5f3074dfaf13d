// Starts programs for requests: a place is taken, the client's name looked up, the process started, its end accounted for.

import { lookupName } from "../net/lookup.ts";
import type { Config } from "../config.ts";
import { LIMITS } from "../config.ts";
import { splitTarget } from "../http/request-path.ts";
import type { PlainResponse } from "../http/response.ts";
import type { Log } from "../log.ts";
import type { Containment } from "../service/containment.ts";
import { launch, type LaunchProblem, type LaunchRequest } from "../service/launcher.ts";
import { lookForOrphans } from "../service/orphans.ts";
import type { ServiceProcess } from "../service/process.ts";
import type { Spares } from "../service/spares.ts";
import type { Session } from "../session/session.ts";
import { STOPPED, type Admission, type Place } from "./admission.ts";
import type { Attendance } from "./attendance.ts";
import type { Environment, EnvironmentMaker } from "./environment.ts";
import { aboutExchange, type Exchange } from "./exchange.ts";
import type { Program, Programs } from "./programs.ts";
import type { ServiceOptionsByWord } from "./service-options.ts";
import { startClock } from "./session-clock.ts";
import { SessionRecord } from "./session-record.ts";

export interface StarterOptions {
  readonly config: Config;
  readonly admission: Admission;
  readonly log: Log;
  readonly attendance: Attendance;
  readonly containment: Containment;
  readonly environment: EnvironmentMaker;
  readonly serviceOptions: ServiceOptionsByWord;
  /** Programs that wait for a WebSocket; null: none do. */
  readonly spares: Spares | null;
}

export interface StartRequest {
  readonly exchange: Exchange;
  readonly programs: Programs;
  /** What the log calls it. */
  readonly word: "CONNECT" | "CGI";
  /** Adds to the program's variables what its kind of request has besides. */
  readonly variables: Environment;
  /** The program runs: joins it to its client. The connection is open. */
  readonly join: (service: ServiceProcess, record: SessionRecord) => void;
}

interface LaunchPlan {
  readonly program: Program;
  readonly place: Place;
  readonly remoteHost: string;
}

const RETRY_AFTER: readonly [string, string] = ["Retry-After", "1"];

export class Starter {
  readonly sessions = new Set<Session>();
  readonly #options: StarterOptions;
  #lastNumber = 0;

  constructor(options: StarterOptions) {
    this.#options = options;
  }

  /** Starts the program that the path names, or answers why not. */
  start(request: StartRequest): void {
    const { admission, config } = this.#options;
    const { exchange } = request;
    const { connection, head, caller } = exchange;
    const program = request.programs(splitTarget(head.target));
    if ("response" in program) {
      if (program.problem !== undefined) this.#options.log.write("error", program.problem);
      return this.refuse(exchange, program.response);
    }
    const place = admission.take(caller.isLocal ? "" : caller.address);
    if ("status" in place) return this.refuse(exchange, place);
    const at = { program, place };
    if (!config.admission.reverseLookup || caller.isLocal) {
      return this.#launch(request, { ...at, remoteHost: caller.address });
    }
    connection.hold();
    const named = lookupName(caller.address, LIMITS.lookupTimeoutMs);
    void named
      .then((remoteHost) => this.#launchNamed(request, { ...at, remoteHost }))
      .catch((error: unknown) => {
        const text = error instanceof Error ? error.stack : String(error);
        this.#options.log.write("error", `defect: ${text}`);
        connection.respond({ status: 500, text: "The program could not be started." });
      });
  }

  /** Meanwhile the client may have gone, and the server begun to stop. */
  #launchNamed(request: StartRequest, plan: LaunchPlan): void {
    const { admission } = this.#options;
    const { connection } = request.exchange;
    if (connection.isOpen && !admission.stopping) return this.#launch(request, plan);
    admission.giveBack(plan.place);
    if (connection.isOpen) this.refuse(request.exchange, STOPPED);
  }

  refuse(exchange: Exchange, response: PlainResponse): void {
    exchange.connection.respond(response);
    this.#options.log.write(
      "access",
      "REFUSED",
      {
        ...aboutExchange(exchange),
        origin: exchange.head.get("origin"),
        status: response.status,
        reason: response.text,
      },
      "http",
    );
  }

  #launch(request: StartRequest, at: LaunchPlan): void {
    const { log, admission } = this.#options;
    const { exchange } = request;
    const { command, directory } = at.program;
    const uniqueId = Bun.randomUUIDv7();
    const number = ++this.#lastNumber;
    const environment = this.#environmentOf(request, at, uniqueId);
    const about = aboutExchange(exchange);
    const record = new SessionRecord({
      log,
      about: {
        session: number,
        id: uniqueId,
        peer: about.peer,
        user: environment["REMOTE_USER"] || environment["SSL_CLIENT_S_DN_CN"] || undefined,
        host: kept(about.host),
        path: kept(about.path),
        command: command.path,
        origin: kept(exchange.head.get("origin")),
      },
      finished: () => {
        record.stopClock?.();
        admission.giveBack(at.place);
        lookForOrphans();
        if (record.session !== null) this.sessions.delete(record.session);
        this.#options.attendance.finished(this.sessions.size);
      },
    });
    const service = this.#serviceFor(request.word, {
      command,
      environment,
      stderr: record,
      containment: this.#options.containment,
      ...(directory === undefined ? {} : { directory }),
    });
    if ("transient" in service) {
      admission.giveBack(at.place);
      log.write("error", `Cannot start "${command.path}": ${service.text}`, { session: number });
      const status = service.transient ? 503 : at.program.brokenStatus;
      const text = "The program could not be started.";
      const fields = service.transient ? [RETRY_AFTER] : [];
      return this.refuse(exchange, { status, text, fields });
    }
    record.started(service, request.word);
    this.#options.attendance.began();
    request.join(service, record);
    const { session } = record;
    if (session === null || session.state === "CLOSED") return;
    this.sessions.add(session);
    record.stopClock = startClock(session, this.#options.config.life);
    if (request.word === "CONNECT") this.#options.attendance.joined();
  }

  #serviceFor(word: StartRequest["word"], request: LaunchRequest): ServiceProcess | LaunchProblem {
    const { spares, serviceOptions } = this.#options;
    if (word !== "CONNECT" || spares === null) return launch(request, serviceOptions[word]);
    return spares.start(request.environment, request.stderr);
  }

  /** What is made of a client's bytes must not cost a place for good, whatever is wrong with it. */
  #environmentOf(request: StartRequest, at: LaunchPlan, uniqueId: string): Environment {
    const { exchange, variables } = request;
    const about = { ...at.program, remoteHost: at.remoteHost, uniqueId, variables };
    try {
      return this.#options.environment.make(exchange, about);
    } catch (error) {
      this.#options.admission.giveBack(at.place);
      throw error;
    }
  }
}

/** A part of a string holds the whole, here a request's head: what a session keeps of it is copied. */
function kept(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, "latin1").toString("latin1");
}

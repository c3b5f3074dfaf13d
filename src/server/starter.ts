// Starts programs for requests: a place is taken, the client's name looked up, the process started, its end accounted for.

import type { lookupName } from "../net/lookup.ts";
import type { Config } from "../config.ts";
import { LIMITS } from "../config.ts";
import type { Permit } from "../http/gate-answer.ts";
import type { PlainResponse } from "../http/response.ts";
import type { Log } from "../log.ts";
import type { LogFields } from "../log-format.ts";
import type { Containment } from "../service/containment.ts";
import {
  launch,
  type Launch,
  type LaunchProblem,
  type LaunchRequest,
} from "../service/launcher.ts";
import { lookForOrphans } from "../service/orphans.ts";
import type { ServiceProcess } from "../service/process.ts";
import type { Spares } from "../service/spares.ts";
import { RETRY_AFTER, STOPPED, type Admission, type Place } from "./admission.ts";
import type { Attendance } from "./attendance.ts";
import { logDefect } from "./defect.ts";
import { identityVariables, type Environment, type EnvironmentMaker } from "./environment.ts";
import { aboutSession, type Exchange } from "./exchange.ts";
import type { Gate } from "./gate.ts";
import type { NoProgram, Program } from "./programs.ts";
import { refuseExchange } from "./refusal.ts";
import type { ServiceOptionsByWord } from "./service-options.ts";
import { startClock } from "./session-clock.ts";
import { SessionRecord } from "./session-record.ts";
import type { Sessions } from "./sessions.ts";
import type { Tally } from "./tally.ts";

export interface StarterOptions {
  readonly config: Config;
  readonly admission: Admission;
  readonly log: Log;
  readonly attendance: Attendance;
  readonly containment: Containment;
  readonly environment: EnvironmentMaker;
  readonly serviceOptions: ServiceOptionsByWord;
  /** How a WebSocket's program is started; a script is on pipes. */
  readonly launch: Launch;
  /** Programs that wait for a WebSocket; null: none do. */
  readonly spares: Spares | null;
  /** Asked before each WebSocket; null: none is. */
  readonly gate: Gate | null;
  /** Null: nobody's name is looked up. */
  readonly lookup: { readonly lookupName: typeof lookupName } | null;
  readonly tally: Tally | null;
  readonly sessions: Sessions;
}

export interface StartRequest {
  readonly exchange: Exchange;
  readonly program: Program | NoProgram;
  /** What the log calls it. */
  readonly word: "CONNECT" | "CGI";
  /** Adds to the program's variables what its kind of request has besides. */
  readonly variables: Environment;
  /** The program runs: joins it to its client, which was let in with this. The connection is open. */
  readonly join: (service: ServiceProcess, record: SessionRecord, permit: Permit) => void;
}

/** What is known before the client's name is. */
interface StartPlan {
  readonly program: Program;
  readonly place: Place;
}

interface LaunchPlan extends StartPlan {
  readonly uniqueId: string;
  readonly environment: Environment;
  readonly permit: Permit;
}

/** Where no gate is asked. */
const NO_GATE: Permit = { fields: [], subprotocol: undefined, variables: {} };

export class Starter {
  readonly #options: StarterOptions;

  constructor(options: StarterOptions) {
    this.#options = options;
  }

  /** Starts the program, or answers why not. */
  start(request: StartRequest): void {
    const { admission, lookup } = this.#options;
    const { exchange, program } = request;
    const { connection, caller } = exchange;
    if ("response" in program) {
      if (program.problem !== undefined) this.#options.log.write("error", program.problem);
      return this.refuse(exchange, program.response);
    }
    const place = admission.take(caller.isLocal ? "" : caller.address);
    if ("status" in place) return this.refuse(exchange, place);
    const plan = { program, place };
    if (lookup === null || caller.isLocal) {
      return this.#ask(request, plan, caller.address);
    }
    connection.hold();
    void lookup.lookupName(caller.address, LIMITS.lookupTimeoutMs).then((remoteHost) => {
      this.#later(exchange, place, () => this.#ask(request, plan, remoteHost));
    });
  }

  /** Meanwhile the client may have gone, and the server begun to stop. Nobody waits for what `act` throws. */
  #later(exchange: Exchange, place: Place, act: () => void): void {
    const { admission, log } = this.#options;
    const { connection } = exchange;
    if (!connection.isOpen || admission.stopping) {
      this.#giveBack(place);
      return this.refuse(exchange, STOPPED);
    }
    try {
      act();
    } catch (error) {
      logDefect(log, error);
      connection.respond({ status: 500, text: "The program could not be started." });
    }
  }

  /** The gate comes before a WebSocket's program. */
  #ask(request: StartRequest, plan: StartPlan, remoteHost: string): void {
    const { gate } = this.#options;
    const { exchange, word } = request;
    const { program, place } = plan;
    const uniqueId = Bun.randomUUIDv7();
    const isTold =
      gate !== null || word === "CGI" || this.#options.spares?.tellsVariables !== false;
    const environment = isTold
      ? this.#environmentOf(request, plan, { remoteHost, uniqueId })
      : identityVariables(exchange);
    if (gate === null || word === "CGI") {
      const at = { program, place, uniqueId, environment, permit: NO_GATE };
      return this.#launchInTurn(request, at);
    }
    this.#options.attendance.began();
    gate.ask({
      exchange,
      uniqueId,
      environment,
      refuse: (response, about) => this.refuse(exchange, response, about),
      over: (permit) => {
        if (permit === null) return this.#giveBack(plan.place);
        const variables = { ...environment, ...permit.variables };
        const permitted = { program, place, uniqueId, environment: variables, permit };
        this.#later(exchange, plan.place, () => this.#launchInTurn(request, permitted));
      },
    });
  }

  /** At once, or after what is to be heard of the others. */
  #launchInTurn(request: StartRequest, plan: LaunchPlan): void {
    const { exchange, word } = request;
    const act = () => this.#launch(request, plan);
    if (word === "CONNECT" && this.#options.spares?.isReady === true) act();
    else if (this.#options.sessions.turns.isNow(() => this.#later(exchange, plan.place, act)))
      act();
    else exchange.connection.hold();
  }

  #giveBack(place: Place): void {
    this.#options.admission.giveBack(place);
    this.#options.attendance.finished(this.#options.sessions.running.size);
  }

  refuse(exchange: Exchange, response: PlainResponse, about: LogFields = {}): void {
    refuseExchange(this.#options, { exchange, response, about });
  }

  #launch(request: StartRequest, at: LaunchPlan): void {
    const { log, admission, tally, sessions } = this.#options;
    const { exchange } = request;
    const { program, place } = at; // the environment is not for as long as the session
    const { command, directory } = program;
    const number = ++sessions.lastNumber;
    const record = new SessionRecord({
      log,
      tally,
      finished: () => {
        record.stopClock?.();
        admission.giveBack(place);
        lookForOrphans();
        if (record.session !== null) sessions.forget(record.session);
        this.#options.attendance.finished(sessions.running.size);
      },
    });
    tally?.spawning();
    const service = this.#serviceFor(request.word, {
      command,
      environment: at.environment,
      stderr: record,
      containment: this.#options.containment,
      ...(directory === undefined ? {} : { directory }),
    });
    if ("transient" in service) {
      admission.giveBack(place);
      log.write("error", `Cannot start "${command.path}": ${service.text}`, { session: number });
      const status = service.transient ? 503 : program.brokenStatus;
      const text = "The program could not be started.";
      const fields = service.transient ? [RETRY_AFTER] : [];
      return this.refuse(exchange, { status, text, fields });
    }
    tally?.spawned();
    const about = aboutSession(exchange, { ...at, number, command, pid: service.pid });
    record.started(service, { word: request.word, about });
    this.#options.attendance.began();
    request.join(service, record, at.permit);
    const { session } = record;
    if (session === null || session.state === "CLOSED") return;
    sessions.running.add(session);
    if (request.word === "CGI") sessions.scripts.add(session);
    record.stopClock = startClock(session, this.#options.config.life);
    if (request.word === "CONNECT") this.#options.attendance.joined();
  }

  #serviceFor(word: StartRequest["word"], request: LaunchRequest): ServiceProcess | LaunchProblem {
    const { spares, serviceOptions } = this.#options;
    if (word === "CGI") return launch(request, serviceOptions.CGI);
    if (spares === null) return this.#options.launch(request, serviceOptions.CONNECT);
    return spares.start(request.environment, request.stderr);
  }

  /** What is made of a client's bytes must not cost a place for good, whatever is wrong with it. */
  #environmentOf(
    { exchange, variables }: StartRequest,
    { program, place }: StartPlan,
    about: { remoteHost: string; uniqueId: string },
  ): Environment {
    try {
      return this.#options.environment.make(exchange, { ...program, ...about, variables });
    } catch (error) {
      this.#options.admission.giveBack(place);
      throw error;
    }
  }
}

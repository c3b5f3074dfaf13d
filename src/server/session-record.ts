// What is known of a session besides its two ends, and told to the log: that it began, and one line that accounts for it.

import type { SessionAccount } from "../admin/sessions.ts";
import { LIMITS } from "../config.ts";
import type { Log } from "../log.ts";
import type { RecordListener } from "../net/websocket-client.ts";
import type { ServiceProcess } from "../service/process.ts";
import type { StderrListener } from "../service/stderr-reader.ts";
import type { EndCause, Endpoint } from "../session/endpoint.ts";
import type { MessageCounts } from "../websocket/protocol.ts";
import type { Counted, Tally } from "./tally.ts";
import { faultText, type OutputFault } from "../websocket/output-fault.ts";
import type { Session, SessionListener } from "../session/session.ts";

/** The client's side of a session, as far as its account goes. */
export interface CountedClient extends Endpoint {
  /** Messages of a WebSocket; none of a CGI script. */
  readonly messages?: MessageCounts;
  readonly closeCode?: number | undefined;
  readonly invalidRecords?: number;
  readonly flow: { readonly backlog: number };
  /** Of a CGI script's response. */
  readonly status?: number;
}

/** Fields for the log. */
type About = Record<string, string | number | undefined>;

export interface SessionRecordOptions {
  readonly log: Log;
  /** Null: nobody counts. */
  readonly tally: Tally | null;
  /** The session's two ends are gone, and it is told. */
  readonly finished: (record: SessionRecord) => void;
}

export class SessionRecord implements SessionListener, StderrListener, RecordListener, Counted {
  readonly #options: SessionRecordOptions;
  /** Who, what and where from: told with every event. */
  #about: About = {};
  /** websocketd's word for its begin, CONNECT or CGI. */
  #word = "";
  readonly #begunAt = performance.now();
  session: Session | null = null;
  /** Stops what limits its time. */
  stopClock: (() => void) | null = null;
  #client: CountedClient | null = null;
  #service: ServiceProcess | null = null;

  constructor(options: SessionRecordOptions) {
    this.#options = options;
  }

  /** The program runs. */
  started(service: ServiceProcess, of: { word: string; about: About }): void {
    this.#service = service;
    this.#word = of.word;
    this.#about = of.about;
  }

  /** The client has its answer, and nothing has been heard of either yet: the log comes when nobody waits for it. */
  open(session: Session, client: CountedClient): void {
    this.session = session;
    this.#client = client;
    this.#options.log.write("access", this.#word, this.#about, "session");
    this.#options.tally?.began(this);
    session.open();
  }

  stderrLine(text: string): void {
    const fields = { ...this.#about, stream: "stderr" };
    this.#options.log.write("error", text, fields, "stderr");
  }

  extraRecord(): void {
    this.note(
      "a message from the client has a delimiter inside and became more than one record (--framing=length keeps it whole)",
    );
  }

  invalidOutput(): void {
    this.note("the program wrote text that is not UTF-8 (--invalid-utf8 says what becomes of it)");
  }

  brokenOutput(fault: OutputFault): void {
    this.note(faultText(fault));
  }

  /** Something that the operator should know of this session. */
  note(message: string): void {
    this.#options.log.write("error", message, this.#about, "session");
  }

  finished(cause: EndCause): void {
    const { session } = this;
    const messages = this.#client?.messages;
    const bytes = session?.bytes;
    const exit = this.#service?.exit;
    const usage = this.#service?.usage;
    this.#options.log.write(
      "access",
      "DISCONNECT",
      {
        ...this.#about,
        duration_ms: Math.round(performance.now() - this.#begunAt),
        messages_in: messages?.incoming,
        messages_out: messages?.outgoing,
        bytes_in: bytes?.incoming,
        bytes_out: bytes?.outgoing,
        status: this.#client?.status,
        extra_records: messages?.extraRecords || undefined,
        invalid_utf8: this.#client?.invalidRecords || undefined,
        exit: exit?.kind === "exit" ? exit.status : undefined,
        signal: exit?.kind === "signal" ? exit.name : undefined,
        close: this.#client?.closeCode,
        cpu_s: usage?.cpuSeconds.toFixed(3),
        memory_max_kib: memoryMaxKib(usage?.memoryMaxKib),
        reason: causeText(cause),
      },
      "session",
    );
    this.#options.tally?.finished(this, cause);
    this.#options.finished(this);
  }

  get exit(): EndCause | null {
    return this.#service?.exit ?? null;
  }

  end(cause: EndCause): void {
    this.session?.stop(cause);
  }

  get account(): SessionAccount {
    const text = (name: string) => String(this.#about[name] ?? "").slice(0, SHOWN_MAX);
    const [client, service] = [this.#client, this.#service];
    return {
      worker: 0,
      number: Number(this.#about["session"]),
      pid: service?.pid ?? 0,
      peer: text("peer"),
      user: text("user"),
      path: text("path"),
      command: text("command"),
      kind: this.#word === "CGI" ? "CGI" : "WebSocket",
      seconds: Math.round((performance.now() - this.#begunAt) / 1000),
      messages: client?.messages ?? NOTHING,
      bytes: this.session?.bytes ?? NOTHING,
      queued: { incoming: service?.queue.length ?? 0, outgoing: client?.flow.backlog ?? 0 },
      paused: { incoming: service?.congested === true, outgoing: client?.congested === true },
    };
  }
}

/** Characters of what a client chooses, for whoever looks at all sessions at once. */
const SHOWN_MAX = 200;
const NOTHING = { incoming: 0, outgoing: 0 };

/** The most memory that we had ourselves when it was last asked for: it never falls. */
let ownMaxKib = 0;

/**
 * Linux counts the time before exec(2) to a process, in which it had our memory: what is not above ours says nothing.
 */
function memoryMaxKib(kib: number | undefined): number | undefined {
  if (kib === undefined || kib <= ownMaxKib) return undefined;
  ownMaxKib = process.resourceUsage().maxRSS;
  return kib > ownMaxKib ? kib : undefined;
}

/** For the log. */
export function causeText(cause: EndCause): string {
  switch (cause.kind) {
    case "exit":
      return `exit ${cause.status}`;
    case "signal":
      return `signal ${cause.name}`;
    case "closed":
      return cause.code === undefined ? "closed by client" : `closed by client, code ${cause.code}`;
    case "gone":
      return "connection lost";
    case "silent":
      return "the client was silent for two intervals (--pingms)";
    case "stalled":
      return `the client read nothing for ${LIMITS.writeStallTimeoutMs / 1000} s`;
    case "violation":
    case "output":
      return `${cause.name}: ${cause.text}`;
    case "refused":
      return `refused: ${cause.text}`;
    case "timeout":
      return "the script did not begin its answer in time (--cgi-timeout)";
    case "expired":
      return `the session was ended by --${cause.limit}-timeout`;
    case "defect":
      return "a defect of the server: the log has it";
    case "operator":
      return "ended by the operator (--admin)";
    case "stopping":
      return "server stopping";
    case "no-memory":
      return "out of buffer memory (--buffer-memory)";
  }
}

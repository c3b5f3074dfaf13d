// From a request to a CGI run (RFC 3875): a session like any other, whose client speaks HTTP.

import { LIMITS, type Config, type HeaderField } from "../config.ts";
import { judgeBodyLength, type BodyLength } from "../http/body-decoder.ts";
import type { RequestPath } from "../http/request-path.ts";
import type { RequestHead } from "../http/request.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Log } from "../log.ts";
import { CgiClient, type CgiClientOptions } from "../net/cgi-client.ts";
import type { Ticker } from "../net/ticker.ts";
import type { QueueMarks } from "../session/frame-queue.ts";
import type { KeepaliveLimits } from "../session/keepalive.ts";
import { Session } from "../session/session.ts";
import type { Environment } from "./environment.ts";
import type { Exchange } from "./exchange.ts";
import { cgiPrograms, type Program, type Programs } from "./programs.ts";
import type { Starter } from "./starter.ts";

export interface CgiRunnerOptions {
  readonly config: Config;
  /** --cgidir as a real path. */
  readonly directory: string;
  readonly starter: Starter;
  readonly kernel: Kernel;
  readonly keepalive: KeepaliveLimits;
  readonly ticker: Ticker;
  readonly marks: QueueMarks;
  readonly log: Log;
}

/** None: a body streams through, and a script reads as much of it as it likes. */
const BODY_SIZE_MAX = 0;

export class CgiRunner {
  readonly #starter: Starter;
  readonly #directory: string;
  readonly #programs: Programs;
  readonly #clientOptions: CgiClientOptions;
  readonly #log: Log;

  constructor(options: CgiRunnerOptions) {
    const { config, kernel, marks, keepalive, ticker } = options;
    const fields: readonly HeaderField[] = [...config.http.fields, ...config.http.plainFields];
    this.#starter = options.starter;
    this.#directory = options.directory;
    this.#programs = cgiPrograms(options.directory);
    this.#log = options.log;
    this.#clientOptions = {
      kernel,
      marks,
      keepalive,
      ticker,
      fields,
      closeTimeoutMs: LIMITS.closeTimeoutMs,
      bodySizeMax: BODY_SIZE_MAX,
      answerTimeoutMs: config.http.cgiTimeoutMs,
    };
  }

  /** False: the path names no script. */
  handle(exchange: Exchange, path: RequestPath): boolean {
    const { head } = exchange;
    const program = this.#programs(path);
    if ("response" in program) {
      if (program.problem !== undefined) this.#log.write("error", program.problem, {}, "http");
      return false;
    }
    const bodyLength = judgeBodyLength(head, BODY_SIZE_MAX);
    if (typeof bodyLength === "object" && "status" in bodyLength) {
      this.#starter.refuse(exchange, bodyLength);
    } else {
      this.#start(exchange, { program, bodyLength });
    }
    return true;
  }

  #start(exchange: Exchange, of: { program: Program; bodyLength: BodyLength }): void {
    const { connection, head } = exchange;
    const { program, bodyLength } = of;
    this.#starter.start({
      exchange,
      program,
      word: "CGI",
      variables: scriptVariables(head, this.#directory, program),
      join: (service, record) => {
        connection.upgrade("", (socket) => {
          const problem = (text: string) => record.note(text);
          const client = new CgiClient(socket, { head, bodyLength, problem }, this.#clientOptions);
          record.open(new Session(client, service, record), client);
          client.start();
          return client;
        });
      },
    });
  }
}

/**
 * 4.1.2, 4.1.3: what a body is, as far as is known before it comes; 4.1.6: what the path behind the script would name;
 * and where the script lies, as all servers say.
 */
function scriptVariables(head: RequestHead, root: string, program: Program): Environment {
  const { pathInfo } = program;
  return {
    PATH_TRANSLATED: pathInfo === "" ? "" : root + pathInfo,
    CONTENT_LENGTH: head.get("content-length") ?? "",
    CONTENT_TYPE: head.get("content-type") ?? "",
    SCRIPT_FILENAME: program.command.path,
  };
}

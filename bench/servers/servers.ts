// The servers that are compared: how each is started for a pattern, and what each can do.
import { startAnnounced, startOnPort } from "./listening.ts";
import type { Server, StartOptions } from "./server.ts";

const MAIN = `${import.meta.dir}/../../src/main.ts`;
const PEERS = `${import.meta.dir}/../peers`;
const ADDRESS = "--address=127.0.0.1";

export type ServersOptions = {
  /** A program that takes PORT COMMAND: what the job costs with no checks at all. */
  readonly floor: string | undefined;
  /** NAME=COMMAND with {port} in it, and maybe {program}. */
  readonly others: readonly string[];
};

export type Found = {
  readonly servers: readonly Server[];
  /** A line for each that is left out. */
  readonly leftOut: readonly string[];
};

/** Throws when one of the others is not written as it has to be. */
export function findServers({ floor, others }: ServersOptions): Found {
  const leftOut: string[] = [];
  const servers: Server[] = [websockd([], "websockd"), prefork, workers];
  function installed(program: string, server: Server, remedy: string): void {
    if (Bun.which(program) !== null) servers.push(server);
    else leftOut.push(`${server.name}: ${program} is not installed (${remedy})`);
  }
  installed("websocketd", websocketd, "apt-get install websocketd");
  servers.push(bunServe);
  installed("node", nodeWs, "apt-get install nodejs");
  if (floor === undefined) leftOut.push("floor: no --floor=PATH");
  else servers.push(floorOf(floor));
  return { servers: [...servers, ...others.map(otherServer)], leftOut };
}

function websockd(words: readonly string[], name: string): Server {
  return {
    name,
    about: ["bun src/main.ts", ...words].join(" "),
    judged: true,
    features: ["tls", "deflate"],
    anyProgram: true,
    descriptorsPerSession: 5,
    start({ program, tls, deflate }) {
      const own = ["--config=", "--port=0", ADDRESS, "--maxforks=0", ...words];
      const tlsWords =
        tls === undefined ? [] : ["--ssl", `--sslcert=${tls.certificate}`, `--sslkey=${tls.key}`];
      const deflateWords = deflate ? ["--compress=on", "--compress-min=0"] : [];
      const command = [process.execPath, MAIN, ...own, ...tlsWords, ...deflateWords];
      return startAnnounced([...command, ...program]);
    },
  };
}

const prefork: Server = {
  ...websockd(["--prefork=4"], "websockd --prefork"),
  only: ["first-echo"],
};

/** Two share the descriptors, though not always evenly. */
const workers: Server = {
  ...websockd(["--workers=2"], "websockd --workers"),
  only: ["ramp-5000", "idle-5000"],
  descriptorsPerSession: 3.5,
};

const websocketd: Server = {
  name: "websocketd",
  about: "Debian's package, in Go",
  judged: false,
  features: ["tls"],
  anyProgram: true,
  descriptorsPerSession: 4,
  start({ program, tls }) {
    const tlsWords =
      tls === undefined ? [] : ["--ssl", `--sslcert=${tls.certificate}`, `--sslkey=${tls.key}`];
    return startOnPort(
      (port) => ["websocketd", `--port=${port}`, ADDRESS, ...tlsWords, ...program],
      tls === undefined ? "ws" : "wss",
    );
  },
};

const bunServe: Server = {
  name: "Bun.serve",
  about: "bench/peers/bun-serve.ts: 20 lines",
  judged: false,
  features: ["tls", "deflate"],
  anyProgram: true,
  descriptorsPerSession: 4,
  start: (options) => startPeer([process.execPath, `${PEERS}/bun-serve.ts`], options),
};

const nodeWs: Server = {
  name: "Node + ws",
  about: "bench/peers/node-ws.mjs: 20 lines",
  judged: false,
  features: ["tls", "deflate"],
  anyProgram: true,
  descriptorsPerSession: 3,
  start: (options) => startPeer(["node", `${PEERS}/node-ws.mjs`], options),
};

async function startPeer(command: readonly string[], options: StartOptions) {
  const { program, tls, deflate } = options;
  const tlsEnv: Record<string, string> =
    tls === undefined ? {} : { PEER_KEY: tls.key, PEER_CERTIFICATE: tls.certificate };
  const env = { ...tlsEnv, PEER_DEFLATE: deflate ? "1" : "0" };
  const server = await startAnnounced([...command, ...program], { env });
  return tls === undefined ? server : { ...server, url: server.url.replace(/^ws:/, "wss:") };
}

function floorOf(path: string): Server {
  return {
    name: "floor",
    about: "the same job in C, with no checks at all",
    judged: false,
    features: [],
    anyProgram: true,
    descriptorsPerSession: 3,
    start: ({ program }) => startOnPort((port) => [path, String(port), ...program]),
  };
}

/** By the shell, so that words are quoted as anywhere; `exec`, so that the process is the server's. */
function otherServer(text: string): Server {
  const equals = text.indexOf("=");
  const name = text.slice(0, equals);
  const command = text.slice(equals + 1);
  if (equals < 1 || !command.includes("{port}")) {
    throw new Error(`--server=${text} is not NAME=COMMAND with {port} in it`);
  }
  return {
    name,
    about: command,
    judged: true,
    features: [],
    anyProgram: command.includes("{program}"),
    descriptorsPerSession: 5,
    start: ({ program }) =>
      startOnPort((port) => {
        const words = program.map(quoted).join(" ");
        const line = command.replaceAll("{port}", String(port)).replaceAll("{program}", words);
        return ["sh", "-c", `exec ${line}`];
      }),
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

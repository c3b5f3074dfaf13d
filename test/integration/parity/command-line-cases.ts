// Cases: words that start no server, or should not (PARITY 1.1).

import type { Differences } from "./rows.ts";

export interface CommandLineCase {
  readonly words: readonly string[];
  /** Under its own name. */
  readonly differs?: Differences;
  /** Under the name `websocketd`. */
  readonly differsAsWebsocketd?: Differences;
}

const PORT = "--port={port}";
const ADDRESS = "--address=127.0.0.1";

function same(...words: string[]): CommandLineCase {
  return { words };
}

/** websocketd's status under its name, our own under ours. */
function own(status: number, ...words: string[]): CommandLineCase {
  return { words, differs: { result: ["exit-statuses", `exit ${status}`] } };
}

/** The same row under both names. */
function both(row: string, statuses: readonly [own: number, as: number], words: readonly string[]) {
  return {
    words,
    differs: { result: [row, `exit ${statuses[0]}`] },
    differsAsWebsocketd: { result: [row, `exit ${statuses[1]}`] },
  } satisfies CommandLineCase;
}

function help(...words: string[]): CommandLineCase {
  const differs: Differences = { prints: ["help-stdout", ["stdout"]] };
  return { words, differs, differsAsWebsocketd: differs };
}

const HELP: readonly CommandLineCase[] = [
  help("--help"),
  help("-h"),
  help("-help"),
  help("--help", "cat"),
  same("--version"),
  same("-version=true"),
  same("--license"),
  same("--version", "--nonsense"),
];

const WORDS: readonly CommandLineCase[] = [
  same("--nonsense", "cat"),
  same("--=x", "cat"),
  same("---port=1", "cat"),
  same("--port=abc", "cat"),
  same("--port=", "cat"),
  same("--port", "cat"),
  same("--port"),
  same("--ssl=maybe", "cat"),
  same("--maxforks=x", "cat"),
  same("--closems=-1", "cat"),
  both("early-checks", [2, 2], ["--port=99999", "cat"]),
  both("early-checks", [2, 2], ["--loglevel=loud", "cat"]),
  both("early-checks", [2, 2], [PORT, ADDRESS, "--header-ws=no colon", "cat"]),
  both("early-checks", [2, 2], [PORT, ADDRESS, "--header-ws=Sec-WebSocket-Extensions: x", "cat"]),
  both("early-checks", [2, 2], [PORT, ADDRESS, "--origin=http://a b", "cat"]),
  own(2),
  own(2, PORT),
  own(2, PORT, "--"),
  own(127, "-", "cat"),
  own(127, PORT, "no-such-program"),
  own(126, PORT, "/etc/passwd"),
  own(127, PORT, ""),
];

const CONFLICTS: readonly CommandLineCase[] = [
  own(2, PORT, "--dir=/tmp", "cat"),
  own(2, PORT, "--ssl", "cat"),
  own(2, PORT, "--sslcert=/dev/null/nowhere", "cat"),
  own(2, PORT, "--devconsole"),
  own(78, PORT, "--dir=/dev/null/nowhere"),
  own(78, PORT, "--dir=/etc/passwd"),
  own(78, PORT, "--staticdir=/dev/null/nowhere", "cat"),
  own(78, PORT, "--cgidir=/dev/null/nowhere", "cat"),
  own(69, PORT, "--address=192.0.2.1", "cat"),
  both(
    "early-checks",
    [78, 1],
    [PORT, "--ssl", "--sslcert=/dev/null/nowhere", "--sslkey=/dev/null/nowhere", "cat"],
  ),
  {
    words: [PORT, ADDRESS, "--devconsole", "--staticdir=/tmp", "cat"],
    differs: { result: ["console-beside", "listens"] },
  },
  {
    words: [PORT, ADDRESS, "--devconsole", "--cgidir=/tmp", "cat"],
    differs: { result: ["console-beside", "listens"] },
  },
];

const LISTENING: readonly CommandLineCase[] = [
  same(PORT, ADDRESS, "--maxforks=-5", "cat"),
  same(PORT, ADDRESS, "--binary", "false"),
  same(PORT, ADDRESS, "--binary=T", "cat", "--nonsense"),
  same(PORT, ADDRESS, "--closems", "0x10", "cat"),
  same(PORT, ADDRESS, "--maxforks=1_000", "--", "cat"),
  same("--port=1", PORT, ADDRESS, "--passenv=", "cat"),
  same(PORT, ADDRESS, "-loglevel", "fatal", "cat"),
];

export const COMMAND_LINE_CASES: readonly CommandLineCase[] = [
  ...HELP,
  ...WORDS,
  ...CONFLICTS,
  ...LISTENING,
];

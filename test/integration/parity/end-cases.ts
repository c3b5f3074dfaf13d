// Cases: how a session ends (PARITY 1.6).

import { type ParityCase, type Setup, type Step, upgrade } from "./case.ts";
import { type Differences, EXITS_0, exits } from "./rows.ts";

/** RFC 6455 7.4: those that an endpoint may send. */
const CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 4001, 4999];
const FORBIDDEN = [0, 999, 1004, 1005, 1015, 2999, 5000];

const CLOSES: Setup = {
  name: "a Close from the client",
  command: ["cat"],
  cases: [
    ...[...CODES, null].map((code): ParityCase => ({
      name: `with ${code ?? "no code"}`,
      steps: [upgrade(), { text: "x" }, { messages: 1 }, { close: code }, { over: true }],
    })),
    ...FORBIDDEN.map((code): ParityCase => ({
      name: `with ${code}, which none may send`,
      observe: ["status", "close", "messages"],
      steps: [upgrade(), { close: code }, { over: true }],
      differs: { reason: ["close-reasons", "a close code that must not be sent"] },
    })),
    {
      name: "with a reason",
      steps: [upgrade(), { close: 4001, reason: "bye" }, { over: true }],
    },
    {
      name: "none, but the end of what it sends",
      steps: [upgrade(), { text: "x" }, { messages: 1 }, { halfClose: true }, { over: true }],
      differs: { close: ["half-close", 1000], reason: ["half-close", "exit 0"] },
    },
  ],
};

function script(name: string, text: string, row: Omit<ParityCase, "name">): Setup {
  return { name, command: ["sh", "-c", text], cases: [{ name: "is told", ...row }] };
}

function exit(name: string, text: string, differs: Differences): Setup {
  return script(name, text, { steps: [upgrade(), { over: true }], differs });
}

const EXITS: readonly Setup[] = [
  exit("exit 0", "echo a; exit 0", EXITS_0),
  exit("exit 3", "echo a; exit 3", exits(4003, "exit 3")),
  exit("exit 255", "exit 255", exits(4255, "exit 255")),
  exit("SIGKILL", "echo a; kill -KILL $$", exits(4309, "signal SIGKILL")),
  exit("SIGSEGV", "kill -SEGV $$", exits(4311, "signal SIGSEGV")),
  exit("a program that reads nothing", "exec <&-; echo a", EXITS_0),
];

const DEAF = "trap 'echo int >&2' INT; trap 'echo term >&2; exit' TERM; echo ready";

const CHILDREN: readonly Setup[] = [
  script("what a program started", "sleep 1000 & echo $$; echo $!; cat", {
    steps: [upgrade(), { messages: 2 }, { survivors: true }],
    differs: { survivors: ["process-group", 0] },
  }),
  script("a program that ignores the end of stdin", `${DEAF}; while :; do sleep 0.05; done`, {
    steps: [upgrade(), { messages: 1 }, { close: 4001 }, { logged: "term" }, { over: true }],
    differs: { log: ["log-stream", "stderr"] },
  }),
  script("stderr", "echo complaint >&2; echo ok; cat", {
    steps: [upgrade(), { messages: 1 }, { logged: "complaint" }],
    differs: { log: ["log-stream", "stderr"] },
  }),
];

function stopped(signal: NodeJS.Signals): Setup {
  const steps: readonly Step[] = [upgrade(), { messages: 1 }, { signal }];
  return script(`${signal} to the server`, "echo $$; exec sleep 1000", {
    steps,
    differs: {
      "server's end": ["drain", 0],
      "left behind": ["drain", 0],
      close: ["drain", 1001],
      reason: ["drain", "the server is stopping"],
    },
  });
}

export const END_SETUPS: readonly Setup[] = [
  CLOSES,
  ...EXITS,
  ...CHILDREN,
  {
    ...script("stderr, as websocketd", "echo complaint >&2; echo ok; cat", {
      steps: [upgrade(), { messages: 1 }, { logged: "complaint" }],
    }),
    websockdOptions: ["--as-websocketd"],
  },
  stopped("SIGTERM"),
  stopped("SIGINT"),
];

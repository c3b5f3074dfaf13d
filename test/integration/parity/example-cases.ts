// The programs that a newcomer writes first, in four languages: a counter, an echo, a greeter, one that shows its environment.

import { type ParityCase, type Setup, upgrade } from "./case.ts";
import { EXITS_0 } from "./rows.ts";

export interface ExampleLanguage {
  /** The command that runs a file. */
  readonly command: string;
  /** By the name of the example. */
  readonly programs: Readonly<Record<ExampleName, string>>;
}

type ExampleName = "counter" | "echo" | "greeter" | "environment";

const BASH: ExampleLanguage = {
  command: "bash",
  programs: {
    counter: "for ((i = 1; i <= 5; i++)); do echo $i; done",
    echo: 'while IFS= read -r line; do printf "%s\\n" "$line"; done',
    greeter: 'echo "Who is there?"; while read -r name; do echo "Hello, $name!"; done',
    environment:
      'for name in REQUEST_METHOD PATH_INFO QUERY_STRING; do echo "$name=${!name}"; done',
  },
};

const AWK: ExampleLanguage = {
  command: "awk -f",
  programs: {
    counter: "BEGIN { for (i = 1; i <= 5; i++) { print i; fflush() } }",
    // awk reads ahead as it likes: a line at a time comes from a shell below it.
    echo: 'BEGIN { while (("head -n 1" | getline line) > 0) { close("head -n 1"); print line; fflush() } }',
    greeter:
      'BEGIN { print "Who is there?"; fflush(); while (("head -n 1" | getline name) > 0) { close("head -n 1"); print "Hello, " name "!"; fflush() } }',
    environment:
      'BEGIN { n = split("REQUEST_METHOD PATH_INFO QUERY_STRING", names, " "); for (i = 1; i <= n; i++) print names[i] "=" ENVIRON[names[i]] }',
  },
};

const PYTHON: ExampleLanguage = {
  command: "python3",
  programs: {
    counter: "for i in range(1, 6):\n    print(i, flush=True)\n",
    echo: "import sys\nfor line in sys.stdin:\n    print(line, end='', flush=True)\n",
    greeter: [
      "import sys",
      "print('Who is there?', flush=True)",
      "for name in sys.stdin:",
      "    print('Hello, ' + name.strip() + '!', flush=True)",
      "",
    ].join("\n"),
    environment: [
      "import os",
      "for name in ('REQUEST_METHOD', 'PATH_INFO', 'QUERY_STRING'):",
      "    print(name + '=' + os.environ[name])",
      "",
    ].join("\n"),
  },
};

const PERL: ExampleLanguage = {
  command: "perl",
  programs: {
    counter: '$| = 1; print "$_\\n" for 1 .. 5;',
    echo: "$| = 1; print while <STDIN>;",
    greeter: '$| = 1; print "Who is there?\\n"; while (<STDIN>) { chomp; print "Hello, $_!\\n" }',
    environment: 'print "$_=$ENV{$_}\\n" for ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING");',
  },
};

export const EXAMPLE_LANGUAGES: readonly ExampleLanguage[] = [BASH, AWK, PYTHON, PERL];

export const EXAMPLES: Readonly<Record<ExampleName, Omit<ParityCase, "name">>> = {
  counter: {
    steps: [upgrade(), { over: true }],
    gives: { messages: ["1", "2", "3", "4", "5"] },
    differs: EXITS_0,
  },
  echo: {
    steps: [upgrade(), { text: "one" }, { messages: 1 }, { text: "\u00fc  two" }, { messages: 2 }],
    gives: { messages: ["one", "\u00fc  two"], close: 1000 },
  },
  greeter: {
    steps: [
      upgrade(),
      { messages: 1 },
      { text: "Ada" },
      { messages: 2 },
      { text: "Bo" },
      { messages: 3 },
    ],
    gives: { messages: ["Who is there?", "Hello, Ada!", "Hello, Bo!"] },
  },
  environment: {
    read: "environment",
    steps: [upgrade({ target: "/a%20b?c=d" }), { over: true }],
    gives: { "env REQUEST_METHOD": "GET", "env PATH_INFO": "/a b", "env QUERY_STRING": "c=d" },
    differs: EXITS_0,
  },
};

/** One setup for each program of a language. */
export function exampleSetups({ command, programs }: ExampleLanguage): readonly Setup[] {
  return Object.entries(programs).map(([name, text]) => ({
    name: `${command} ${name}`,
    command: [...command.split(" "), `{dir}/${name}`],
    files: { [name]: text },
    cases: [{ name: "gives the same", ...EXAMPLES[name as ExampleName] }],
  }));
}

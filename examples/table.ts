// THE table of examples: what each is, and what its program needs.

/** A program of the machine that runs or compiles an example's. */
export interface Tool {
  /** The first that is there is taken, with these words. */
  readonly commands: readonly (readonly [name: string, ...words: string[]])[];
  /** What is missing when none is, and how to get it. */
  readonly remedy: string;
}

export interface Example {
  /** For the list, a few words. */
  readonly about: string;
  /** Below the example's folder. */
  readonly program: string;
  readonly tool: Tool;
  /** The tool makes a program out of it, which is run then. */
  readonly isCompiled?: true;
  /** The program takes the name of a file; this file is websockd's log, unless one is given. */
  readonly takesFile?: true;
  /** The program is for a terminal; its page is websockd's console. */
  readonly isForTerminal?: true;
}

const PYTHON: Tool = { commands: [["python3"]], remedy: "Python 3 (apt-get install python3)" };
const SH: Tool = { commands: [["sh"]], remedy: "a POSIX shell, sh" };
const TOP: Tool = { commands: [["top"]], remedy: "top (apt-get install procps)" };
const CC: Tool = {
  commands: [["cc"], ["gcc"], ["clang"]],
  remedy: "a C compiler (apt-get install gcc libc6-dev)",
};
/** mawk waits for a whole block of a pipe unless it is told that somebody waits for it. */
const AWK: Tool = {
  commands: [
    ["gawk", "-f"],
    ["mawk", "-W", "interactive", "-f"],
    ["awk", "-f"],
  ],
  remedy: "awk (apt-get install gawk)",
};

export const EXAMPLES: Readonly<Record<string, Example>> = {
  life: { about: "Conway's game of life, drawn on a canvas", program: "life.py", tool: PYTHON },
  graph: { about: "curves with axes and a legend", program: "graph.awk", tool: AWK },
  counter: { about: "counts by itself", program: "counter.py", tool: PYTHON },
  "chat-with-a-program": { about: "a game of lines", program: "guess.sh", tool: SH },
  tail: { about: "a log file, live: [FILE]", program: "tail.sh", tool: SH, takesFile: true },
  top: {
    about: "top in a terminal, on the console",
    program: "top.sh",
    tool: TOP,
    isForTerminal: true,
  },
  python: { about: "an echo in Python", program: "echo.py", tool: PYTHON },
  sh: { about: "an echo in sh", program: "echo.sh", tool: SH },
  awk: { about: "an echo in awk", program: "echo.awk", tool: AWK },
  c: { about: "an echo in C", program: "echo.c", tool: CC, isCompiled: true },
};

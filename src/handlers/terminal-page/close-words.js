// What the end of a session is in words.

const SIGNALS = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  6: "SIGABRT",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  14: "SIGALRM",
  15: "SIGTERM",
};

const WORDS = {
  1000: "the program has ended",
  1001: "the server ended the session",
  1002: "the connection broke the protocol",
  1005: "closed without a code",
  1006: "the connection is lost, or was refused",
  1008: "against the server's rules",
  1009: "a message was too big",
  1011: "the server met a problem",
  1013: "the server is overloaded: try again later",
};

/** docs/terminal.md has the codes. */
export function closeInWords(code) {
  if (code > 4000 && code < 4256) return `the program exited with status ${code - 4000}`;
  if (code > 4300 && code < 4365) {
    return `signal ${SIGNALS[code - 4300] ?? code - 4300} ended the program`;
  }
  return WORDS[code] ?? `closed with code ${code}`;
}

// Cases: which program a path leads to with --dir (PARITY 1.3).

import { ask, type ParityCase, type Setup, upgrade } from "./case.ts";
import { type Differences, EXITS_0, NOSNIFF, status } from "./rows.ts";

const SCRIPT = `#!/bin/sh
echo "$0 | $# | $SCRIPT_NAME | $PATH_INFO | $PATH_TRANSLATED | $QUERY_STRING | $REQUEST_URI"
pwd
`;

function runs(target: string): ParityCase {
  return { name: target, steps: [upgrade({ target }), { over: true }], differs: EXITS_0 };
}

/** Both answer 404, or the case says what differs. */
function none(target: string, differs: Differences = {}): ParityCase {
  return { name: target, steps: [upgrade({ target }), { over: true }], differs };
}

const NO_REDIRECT = status("no-path-redirects", 404);
const CANNOT_START = status("cannot-start", 404);

const FILES: Setup["files"] = {
  "scripts/a.sh": SCRIPT,
  "scripts/sub/b.sh": SCRIPT,
  "scripts/with space.sh": SCRIPT,
  "scripts/empty/": "",
  "scripts/inside": { link: "a.sh" },
  "scripts/outside": { link: "../outside.sh" },
  "scripts/dangling": { link: "nowhere" },
  "scripts/plain.sh": { text: SCRIPT, mode: 0o644 },
  "scripts/no-program": { text: "hello\n", mode: 0o755 },
  "scripts/no-interpreter.sh": "#!/nowhere/sh\n",
  "scripts/.hidden.sh": SCRIPT,
  "outside.sh": SCRIPT,
};

export const ROUTING_SETUPS: readonly Setup[] = [
  {
    name: "--dir",
    options: ["--dir={dir}/scripts"],
    files: FILES,
    cases: [
      runs("/a.sh"),
      runs("/a.sh/"),
      runs("/a.sh?x=1&y"),
      runs("/a.sh/more/of%20it?q=1"),
      runs("/sub/b.sh"),
      runs("/sub/b.sh/x"),
      runs("/with%20space.sh"),
      runs("/inside"),
      none("/"),
      none("/missing.sh"),
      none("/A.SH"),
      none("/sub"),
      none("/sub/"),
      none("/empty"),
      none("/dangling"),
      none("/a.sh%00"),
      none("/a%zz", { ...status("undecodable-path", 404), ...NOSNIFF }),
      none("/sub%2fb.sh", status("encoded-slash", 404)),
      none("/a.sh%2fx", status("encoded-slash", 404)),
      none("/outside", status("links-out", 404)),
      none("/.hidden.sh", status("dotfiles", 404)),
      none("/plain.sh", CANNOT_START),
      none("/no-program", CANNOT_START),
      none("/no-interpreter.sh", CANNOT_START),
      none("//a.sh", NO_REDIRECT),
      none("/a.sh//x", NO_REDIRECT),
      none("/.", NO_REDIRECT),
      none("/sub/../a.sh", NO_REDIRECT),
      none("/../outside.sh", NO_REDIRECT),
      none("/%2e%2e/outside.sh", NO_REDIRECT),
      { name: "a plain GET", steps: [ask({ target: "/a.sh" })] },
    ],
  },
  {
    name: "a COMMAND that cannot be started any more",
    command: ["{dir}/gone.sh"],
    files: { "gone.sh": "#!/nowhere/sh\n" },
    cases: [none("/", status("cannot-start", 502))],
  },
];

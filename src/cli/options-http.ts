// The options of plain HTTP, of the log, and of websockd itself.

import { LOG_FORMATS, LOG_LEVELS } from "../log-format.ts";
import type { OptionRow } from "./option.ts";

export const HTTP_OPTIONS = [
  {
    name: "staticdir",
    type: "text",
    default: "",
    placeholder: "DIR",
    help: "serve the files in DIR to requests that are no WebSocket",
  },
  {
    name: "cgidir",
    type: "text",
    default: "",
    placeholder: "DIR",
    help: "run the CGI scripts in DIR for them",
  },
  {
    name: "cgi-timeout",
    type: "integer",
    default: "60000",
    placeholder: "MS",
    help: "milliseconds for the begin of a script's answer; 0 = no limit",
    min: 0,
    max: 86_400_000,
  },
  {
    name: "console",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "a page to try the program with, or its terminal; beside files at /.websockd/console",
  },
  {
    name: "devconsole",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "--console, by its name with websocketd",
  },
  {
    name: "header",
    type: "texts",
    default: "",
    placeholder: "'NAME: VALUE'",
    help: "field for every response; repeat for more",
  },
  {
    name: "header-ws",
    type: "texts",
    default: "",
    placeholder: "'NAME: VALUE'",
    help: "field for the response that opens a WebSocket",
    isPerRoute: true,
  },
  {
    name: "header-http",
    type: "texts",
    default: "",
    placeholder: "'NAME: VALUE'",
    help: "field for all other responses",
  },
] as const satisfies readonly OptionRow[];

export const GENERAL_OPTIONS = [
  {
    name: "loglevel",
    type: LOG_LEVELS,
    default: "access",
    placeholder: "LEVEL",
    help: `what to log: ${LOG_LEVELS.join(", ")}`,
  },
  {
    name: "log-format",
    type: ["auto", ...LOG_FORMATS],
    default: "auto",
    placeholder: "FORMAT",
    help: "auto (text on a terminal, else logfmt), text, logfmt, json, websocketd",
  },
  {
    name: "check",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "say what each option comes to and what is wrong, and exit",
  },
  {
    name: "as-websocketd",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "exit codes, Origin rule and log of websocketd, as under its name",
  },
  {
    name: "help",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "print this and exit",
  },
  {
    name: "version",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "print the version and exit",
  },
  {
    name: "license",
    type: "flag",
    default: "false",
    placeholder: "",
    help: "print the licence and exit",
  },
] as const satisfies readonly OptionRow[];

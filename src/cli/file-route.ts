// One [[route]] of a configuration file: its path, its program, and the options that it has for itself.

import { parseRoutePath, type RoutePath } from "../route-path.ts";
import {
  FileSection,
  HEADER,
  KEY_COMMAND,
  KEY_PATH,
  keyProblem,
  NOT_IN_FILES,
  type Place,
} from "./file-section.ts";
import type { PlacedTexts, RouteLayer } from "./layers.ts";
import { toHosts } from "./lists.ts";
import { OPTION_ROWS } from "./options.ts";
import { toTexts } from "./placed-value.ts";
import { UsageError } from "./value.ts";
import { nearestName } from "./words.ts";

const KEY_HOST = "host";
const KEY_DIR = "dir";
const OPTION_KEYS = [...OPTION_ROWS.values()]
  .filter((row) => row.isPerRoute)
  .map(({ name }) => name);
const KEYS = [KEY_PATH, KEY_HOST, KEY_COMMAND, ...OPTION_KEYS];
const EXAMPLE_PATH = `for example ${KEY_PATH} = "/chat"`;

/** Throws UsageError when what begins with a bracket begins no route. `text` is for people. */
export function judgeHeader(statement: string, text: string): void {
  const [, brackets = "", name = "", end = "", rest = ""] = /^(\[+)([^\]\n]*)(\]*)([^]*)$/.exec(
    statement,
  )!;
  const key = name.trim().replace(/^(["'])(.*)\1$/, "$2");
  const isTable = nearestName(key, ["route", "routes"]) !== null;
  if (!isTable) {
    const wanted = `there are no tables but ${HEADER} (give each option by its name)`;
    throw new UsageError(`${text}: ${wanted}`);
  }
  if (key !== "route" || brackets !== "[[" || end !== "]]") {
    throw new UsageError(`${text}: a route begins with ${HEADER} (write that)`);
  }
  if (rest !== "")
    throw new UsageError(`${text}: ${HEADER} stands in a line alone (go on below it)`);
}

export class FileRoute<Of extends Place> {
  /** Of its header, and of its path when that was read. */
  readonly place: Of;
  pathPlace: Of;
  readonly #section = new FileSection();
  #path: RoutePath | null = null;
  #hosts: PlacedTexts | null = null;

  constructor(place: Of) {
    this.place = place;
    this.pathPlace = place;
  }

  /** Throws UsageError. */
  take(key: string, value: unknown, place: Of): void {
    this.#section.note(key, place);
    if (key === KEY_PATH) {
      this.#path = toPath(value);
      this.pathPlace = place;
    } else if (key === KEY_HOST) {
      const texts = hostsOf(value);
      this.#hosts = texts.length === 0 ? null : { texts, source: place.source };
    } else if (key === KEY_COMMAND) this.#section.takeCommand(value, place);
    else if (OPTION_KEYS.includes(key)) {
      this.#section.takeOption(OPTION_ROWS.get(key)!, value, place);
    } else throw misplaced(key);
    if (this.#section.command !== null && this.#directory !== "") {
      throw new UsageError(`${key}: a route has ${KEY_COMMAND} or ${KEY_DIR}, not both`);
    }
  }

  get #directory(): string {
    return this.#section.values.get(KEY_DIR)?.texts.at(-1) ?? "";
  }

  /** When all its keys are read. Throws UsageError. */
  end(): RouteLayer {
    const { values, command } = this.#section;
    const path = this.#path;
    if (path === null) {
      throw new UsageError(`${HEADER}: ${KEY_PATH} is missing, ${EXAMPLE_PATH}`);
    }
    const hasDirectory = this.#directory !== "";
    if (command === null && !hasDirectory) {
      const example = `${KEY_COMMAND} = ["cat", "-u"], or ${KEY_DIR} = "/srv/programs"`;
      throw new UsageError(`${HEADER}: ${path.text} has no program: ${example}`);
    }
    if (hasDirectory && !path.isPrefix) {
      const whole = path.text === "/" ? "/*" : `${path.text}/*`;
      const why = `the programs of ${KEY_DIR} are below the path`;
      throw new UsageError(`${HEADER}: ${why}, which ends in /* then: ${KEY_PATH} = "${whole}"`);
    }
    return { path, hosts: this.#hosts, source: this.place.source, values, command };
  }
}

function toPath(value: unknown): RoutePath {
  if (typeof value !== "string") {
    throw new UsageError(`${KEY_PATH}: a string is wanted, ${EXAMPLE_PATH}`);
  }
  const path = parseRoutePath(value);
  if ("problem" in path) throw new UsageError(`${KEY_PATH} = "${value}": ${path.problem}`);
  return path;
}

function hostsOf(value: unknown): readonly string[] {
  const [list = ""] = toTexts(OPTION_ROWS.get(KEY_HOST)!, value);
  try {
    return toHosts(list);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.message.replace(`--${KEY_HOST}=`, `${KEY_HOST} = `));
  }
}

/** An option that there is belongs to the whole server. */
function misplaced(key: string): UsageError {
  const isServers = OPTION_ROWS.has(key) && key !== "route" && !NOT_IN_FILES.includes(key);
  if (!isServers) return keyProblem(key, KEYS);
  return new UsageError(`${key} is for the whole server: write it before the first ${HEADER}`);
}

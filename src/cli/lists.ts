// Values that have a form of their own: lists of names and origins, header fields, variables, permissions.

import type { EnvironmentConfig, HeaderField, OriginConfig } from "../config.ts";
import { parseRoutePath } from "../route-path.ts";
import { UsageError } from "./value.ts";

/** RFC 9110 5.6.2: what a subprotocol's or a field's name is made of. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 5.5. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

function split(list: string): string[] {
  return list === "" ? [] : list.split(",").map((entry) => entry.trim());
}

/** An empty one is the default: nothing. */
function given(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => text !== "");
}

export function toSubprotocols(list: string, required: boolean): readonly string[] {
  const names = split(list);
  const wrong = names.find((name, i) => !TOKEN.test(name) || names.indexOf(name) < i);
  if (wrong !== undefined) {
    throw new UsageError(
      `--subprotocol=${list}: names are wanted, each once, for example --subprotocol=chat,superchat`,
    );
  }
  if (required && names.length === 0) {
    throw new UsageError("--subprotocol-required needs --subprotocol=NAMES", "conflict");
  }
  return names;
}

/** Fields that say where a message ends or what the connection becomes: websockd writes them itself. */
const OWN_FIELDS = new Set([
  "connection",
  "content-length",
  "sec-websocket-accept",
  "sec-websocket-extensions",
  "transfer-encoding",
  "upgrade",
]);

/** Bytes of all fields of an option: no proxy would let more through. */
const FIELDS_SIZE_MAX = 8 * 1024;

/** `Name: value`, the name as Go writes names: a capital at the start and after each hyphen. */
export function toFields(option: string, texts: readonly string[]): readonly HeaderField[] {
  if (Buffer.byteLength(texts.join()) > FIELDS_SIZE_MAX) {
    throw new UsageError(`--${option}: the fields are over ${FIELDS_SIZE_MAX} bytes (give less)`);
  }
  return given(texts).map((text) => {
    const colon = text.indexOf(":");
    const name = text.slice(0, Math.max(0, colon));
    const value = text.slice(colon + 1).trim();
    if (!TOKEN.test(name) || !FIELD_VALUE.test(value)) {
      throw new UsageError(
        `--${option}=${text}: NAME: VALUE is wanted, for example --${option}='Server: mine'`,
      );
    }
    if (OWN_FIELDS.has(name.toLowerCase())) {
      throw new UsageError(`--${option}=${text}: ${name} is for websockd to set (leave it out)`);
    }
    return [name.toLowerCase().replace(/(?:^|-)[a-z]/g, (part) => part.toUpperCase()), value];
  });
}

/** `[scheme://]host[:port]`, with `*` for any part of a name. */
const ORIGIN = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:\[[0-9a-f:.]+\]|[a-z0-9*._-]+)(?::(?:[0-9]+|\*))?$/i;
const ORIGIN_NAMES = new Set(["*", "null", "none", "file://"]);

export function toOrigins(
  list: string,
  rule: Pick<OriginConfig, "isOpen" | "sameOrigin">,
): OriginConfig {
  const allowed = split(list);
  const wrong = allowed.find((entry) => !ORIGIN_NAMES.has(entry) && !ORIGIN.test(entry));
  if (wrong !== undefined) {
    throw new UsageError(
      `--origin=${list}: "${wrong}" is no origin, such as https://example.com, *.example.com:8080, null, none or *`,
    );
  }
  return { ...rule, allowed };
}

export function toHosts(list: string): readonly string[] {
  const hosts = split(list);
  const wrong = hosts.find((entry) => entry.includes("://") || !ORIGIN.test(entry));
  if (wrong !== undefined) {
    throw new UsageError(
      `--host=${list}: "${wrong}" is no host, such as example.com, *.example.com or localhost:8080`,
    );
  }
  return hosts;
}

/** `+NAME` adds to the default list, any other list replaces it. */
export function toPassed(list: string, byDefault: string): readonly string[] {
  const entries = split(list);
  const names = entries.map((entry) => entry.replace(/^\+/, ""));
  const wrong = names.find((name) => !/^[^=*\0]*\*?$/.test(name));
  if (wrong !== undefined) {
    throw new UsageError(
      `--passenv=${list}: names are wanted, for example --passenv=PATH,LC_*,+TERM`,
    );
  }
  if (names.some((name) => name.startsWith("WEBSOCKD_"))) {
    throw new UsageError(
      `--passenv=${list}: what begins with WEBSOCKD_ is for websockd alone (use another name, or --env)`,
    );
  }
  const adds = entries.some((entry) => entry.startsWith("+"));
  return [...new Set([...(adds ? byDefault.split(",") : []), ...names])].filter(
    (name) => name !== "",
  );
}

export function toVariables(texts: readonly string[]): EnvironmentConfig["set"] {
  return given(texts).map((text) => {
    const mark = text.indexOf("=");
    if (mark < 1 || text.includes("\0")) {
      throw new UsageError(`--env=${text}: NAME=VALUE is wanted, for example --env=LANG=C.UTF-8`);
    }
    return [text.slice(0, mark), text.slice(mark + 1)];
  });
}

/** chmod(2), in octal; empty: null. */
export function toMode(text: string): number | null {
  if (text === "") return null;
  if (/^[0-7]{3,4}$/.test(text)) return Number.parseInt(text, 8);
  throw new UsageError(
    `--unixsocket-mode=${text}: permissions in octal are wanted, for example --unixsocket-mode=0660`,
  );
}

export function toOwner(text: string): string {
  if (text === "" || /^(?:[^:\s]+:?|[^:\s]*:[^:\s]+)$/.test(text)) return text;
  throw new UsageError(
    `--unixsocket-owner=${text}: USER, USER:GROUP or :GROUP is wanted, for example --unixsocket-owner=www-data`,
  );
}

/** Decoded; empty: everything is below the root, as without it. */
export function toBasePath(text: string): string {
  if (text === "") return "";
  const problem = (wrong: string) =>
    new UsageError(`--base-path=${text}: ${wrong}, for example --base-path=/app`);
  const path = parseRoutePath(text);
  if (text.endsWith("/")) throw problem("it ends with a name, and not with a slash");
  if ("problem" in path) throw problem(path.problem);
  const names = path.segments.flatMap((segment) => ("literal" in segment ? [segment.literal] : []));
  if (path.isPrefix || names.length < path.segments.length) {
    throw problem("names alone are wanted, no {part} and no *");
  }
  return `/${names.join("/")}`;
}

// The forms of a log line: an event with its fields as one line of text, its control bytes escaped.

/** websocketd's levels, the most talkative first. */
export const LOG_LEVELS = ["debug", "trace", "access", "info", "error", "fatal", "none"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ["text", "logfmt", "json", "websocketd"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface LogConfig {
  readonly level: LogLevel;
  /** `auto`: text on a terminal, else logfmt. */
  readonly format: LogFormat | "auto";
  readonly stream: "stdout" | "stderr";
  /** Instead of the stream. */
  readonly file: string | null;
}

/** websocketd's word for the part of the server that an event comes from. */
export type LogCategory = "server" | "session" | "http" | "stderr" | "process";
export type LogFields = Readonly<Record<string, string | number | undefined>>;

export interface LogEvent {
  readonly time: Date;
  readonly level: LogLevel;
  readonly category: LogCategory;
  readonly message: string;
  /** Those that are undefined are left out. */
  readonly fields: LogFields;
}

/** Returns the line without its end. */
export function formatEvent(event: LogEvent, format: LogFormat): string {
  return FORMATTERS[format](event);
}

/** The same in at most `sizeMax` bytes: what is longest is cut in half, again and again, until it fits. */
export function formatShortened(event: LogEvent, format: LogFormat, sizeMax: number): string {
  const line = formatEvent(event, format);
  if (sizeMax === Infinity || Buffer.byteLength(line) <= sizeMax) return line;
  const texts = Object.entries({ ...event.fields, "": event.message });
  const [longest, text] = texts.reduce((one, other) =>
    String(other[1] ?? "").length > String(one[1] ?? "").length ? other : one,
  );
  const cut = `${String(text).slice(0, String(text).length >> 1)}\u2026`;
  if (String(text).length < SHORT) return line;
  if (longest === "") return formatShortened({ ...event, message: cut }, format, sizeMax);
  const fields = { ...event.fields, [longest]: cut };
  return formatShortened({ ...event, fields }, format, sizeMax);
}

/** A line of nothing but such texts is short enough; it is not looked at again. */
const SHORT = 16;

const FORMATTERS: Readonly<Record<LogFormat, (event: LogEvent) => string>> = {
  text({ time, level, message, fields }) {
    return `${time.toISOString()} ${level.toUpperCase().padEnd(6)} ${escape(message)}${pairs(fields)}`;
  },
  logfmt({ time, level, message, fields }) {
    return `time=${time.toISOString()} level=${level} msg=${quote(message)}${pairs(fields)}`;
  },
  json({ time, level, message, fields }) {
    const line = JSON.stringify({ time: time.toISOString(), level, msg: message, ...fields });
    // JSON may hold DEL, C1 and line separators as they are; a terminal or a line reader would obey them.
    return line.replace(
      /[\x7f-\x9f\u2028\u2029]/g,
      (character) => "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0"),
    );
  },
  websocketd({ time, level, category, message, fields }) {
    const known: LogFields = { ...fields, url: urlOf(fields), remote: addressOf(fields["peer"]) };
    const associated = ASSOCIATED.flatMap((name) => {
      const value = known[name];
      return value === undefined ? [] : [`${name}:'${escape(String(value), /'/)}'`];
    });
    const columns = [rfc1123(time), level.toUpperCase().padEnd(6), category.padEnd(10)];
    const details =
      level === "access" || fields["error"] === undefined ? "" : `: ${fields["error"]}`;
    return [...columns, associated.join(" "), escape(message + details)].join(" | ");
  },
};

/** What websocketd tells of a session, in its order; and which of our workers has it, where there are several. */
const ASSOCIATED = ["url", "id", "remote", "command", "origin", "pid", "worker"] as const;

function urlOf({ host, path }: LogFields): string | undefined {
  return path === undefined ? undefined : `http://${host ?? ""}${path}`;
}

/** A peer without its port. */
function addressOf(peer: LogFields[string]): string | undefined {
  return peer === undefined
    ? undefined
    : String(peer)
        .replace(/:[0-9]+$/, "")
        .replace(/^\[|\]$/g, "");
}

function pairs(fields: LogFields): string {
  let text = "";
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (value !== undefined) text += ` ${name}=${quote(value)}`;
  }
  return text;
}

function quote(value: string | number): string {
  if (typeof value === "number") return String(value);
  return /^[^\s"=\\\x00-\x1f\x7f-\x9f]+$/.test(value) ? value : JSON.stringify(escape(value));
}

/** C0, DEL and C1 as \xNN, so that no terminal obeys what a client or a program wrote; and what else `also` matches. */
function escape(text: string, also: RegExp | null = null): string {
  if (also === null && !/[\x00-\x1f\x7f-\x9f]/.test(text)) return text;
  const hex = (character: string) => "\\x" + character.charCodeAt(0).toString(16).padStart(2, "0");
  const escaped = text.replace(/[\x00-\x1f\x7f-\x9f]/g, hex);
  return also === null ? escaped : escaped.replace(new RegExp(also, "g"), hex);
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** Go's RFC1123Z: in local time, with its distance from UTC. */
function rfc1123(time: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const offset = -time.getTimezoneOffset();
  const zone =
    (offset < 0 ? "-" : "+") + two((Math.abs(offset) / 60) | 0) + two(Math.abs(offset) % 60);
  const date = `${DAYS[time.getDay()]}, ${two(time.getDate())} ${MONTHS[time.getMonth()]} ${time.getFullYear()}`;
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return `${date} ${clock} ${zone}`;
}

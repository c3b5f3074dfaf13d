// What records are on stdin and stdout, from the options that say it, and those of them that do not fit each other.

import type { Config } from "../config.ts";
import type { OptionName } from "./options.ts";
import { UsageError } from "./value.ts";
import { defaultOf, type Values } from "./values.ts";

export type FramingConfig = Pick<
  Config,
  "framing" | "frameType" | "recordSizeMax" | "invalidUtf8" | "stderr"
>;

/** What goes with a framing. */
interface Traits {
  /** What records go out as without --frame-type; null: each says it itself. */
  readonly frameType: "text" | "binary" | null;
  /** --frame-type may say what records are. */
  readonly takesType: boolean;
  /** A record that is not UTF-8 can go out as something else. */
  readonly mends: boolean;
  /** A record's length is told, or it is not sent before it is whole. */
  readonly isBounded: boolean;
  /** What is no record, such as a line of stderr, may come between. */
  readonly isLoose: boolean;
}

const TRAITS: Readonly<Record<Config["framing"], Traits>> = {
  lines: { frameType: "text", takesType: true, mends: true, isBounded: false, isLoose: true },
  nul: { frameType: "text", takesType: true, mends: true, isBounded: false, isLoose: false },
  raw: { frameType: "binary", takesType: true, mends: true, isBounded: false, isLoose: true },
  length: { frameType: null, takesType: false, mends: false, isBounded: true, isLoose: false },
  netstring: { frameType: null, takesType: true, mends: false, isBounded: true, isLoose: false },
  json: { frameType: null, takesType: false, mends: false, isBounded: true, isLoose: false },
};

/** What a terminal shows is no record. Throws UsageError. */
export function framingOf(values: Values, pty: Config["pty"]): FramingConfig {
  const isTerminal = pty?.mode === "terminal";
  const isRaw = values.flag("binary") || isTerminal;
  const framing = isRaw ? "raw" : (values.text("framing") as Config["framing"]);
  const type = values.text("frame-type");
  const config: FramingConfig = {
    framing,
    frameType: type === "default" ? null : (type as Config["frameType"]),
    recordSizeMax: values.number("max-record"),
    invalidUtf8: values.text("invalid-utf8") as Config["invalidUtf8"],
    stderr: isTerminal ? "merge" : stderrOf(values),
  };
  judgeTwice(values);
  judgeTypes(values, config);
  judgeStderr(config);
  return config;
}

/** Which say nothing of records that are as the rest says. */
export function idleRecordOptions(values: Values): readonly OptionName[] {
  const framing = values.flag("binary") ? "raw" : (values.text("framing") as Config["framing"]);
  const { takesType, mends, isBounded, frameType: byDefault } = TRAITS[framing];
  const given = values.text("frame-type");
  const type = takesType && given !== "default" ? given : byDefault;
  const idle: OptionName[] = [];
  if (!takesType) idle.push("frame-type");
  if (!isBounded) idle.push("max-record");
  if (!mends || type !== "text") idle.push("invalid-utf8");
  return idle;
}

function stderrOf(values: Values): Config["stderr"] {
  return values.flag("passstderr") ? "client" : (values.text("stderr") as Config["stderr"]);
}

function refuse(text: string): UsageError {
  return new UsageError(text, "conflict");
}

/** The options that say the same in two ways, and do not. */
function judgeTwice(values: Values): void {
  const framing = values.has("framing") ? values.text("framing") : "raw";
  if (values.flag("binary") && framing !== "raw") {
    throw refuse(`Give --binary or --framing=${framing}, not both`);
  }
  const stderr = values.has("stderr") ? values.text("stderr") : "client";
  if (values.flag("passstderr") && stderr !== "client") {
    throw refuse(`Give --passstderr or --stderr=${stderr}, not both`);
  }
}

function judgeTypes(values: Values, { framing, frameType }: FramingConfig): void {
  const { takesType, mends, isBounded, frameType: byDefault } = TRAITS[framing];
  const give = `With --framing=${framing}`;
  if (frameType !== null && !takesType) {
    throw refuse(`${give} each record says its type: give it without --frame-type`);
  }
  if (!isBounded && values.text("max-record") !== defaultOf("max-record")) {
    throw refuse(`${give} a record may be of any size: give it without --max-record`);
  }
  if (!values.has("invalid-utf8")) return;
  if (!mends) {
    throw refuse(`${give} a text must be UTF-8: give it without --invalid-utf8`);
  }
  if ((frameType ?? byDefault) !== "text") {
    throw refuse("--invalid-utf8 is for output that is text: give --frame-type=text with it");
  }
}

function judgeStderr({ framing, frameType, stderr }: FramingConfig): void {
  if (stderr === "client" && (framing !== "lines" || (frameType ?? "text") !== "text")) {
    throw refuse(
      "--passstderr (--stderr=client) sends lines of text: give it without --binary, --framing and --frame-type",
    );
  }
  if (stderr === "merge" && !TRAITS[framing].isLoose) {
    throw refuse(
      `--stderr=merge would put lines between the records of --framing=${framing}: give --stderr=log or inherit`,
    );
  }
}

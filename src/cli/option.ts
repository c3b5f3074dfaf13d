// What a row of the table of options is.

export type OptionType =
  | "flag"
  | "integer"
  /** An integer that may end in K, M or G (powers of 1024). */
  | "size"
  /** A time: a number with ms, s, m or h; kept in milliseconds. Empty: none. */
  | "duration"
  | "text"
  /** Text that may be given again; all are kept. */
  | "texts"
  | readonly string[];

export interface OptionRow {
  readonly name: string;
  readonly type: OptionType;
  /** As it would stand on the command line. */
  readonly default: string;
  /** What stands for the value in --help. */
  readonly placeholder: string;
  readonly help: string;
  /** What the option stands for without `=`: it then never takes the next word for its value, as a flag does not. */
  readonly bare?: string;
  /** Of an integer, a size, or a duration in milliseconds. */
  readonly min?: number;
  readonly max?: number;
  /** A text of several, with commas: in a file it may be an array. */
  readonly isList?: true;
  /** A route may say it for itself. */
  readonly isPerRoute?: true;
}

/** The rows that --help shows under one title. */
export interface OptionGroup {
  readonly title: string;
  readonly rows: readonly OptionRow[];
}

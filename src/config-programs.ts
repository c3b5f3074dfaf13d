// Of the frozen configuration: what programs run in, and may use.

/** `pipe`: a terminal for programs that read and write lines, which knows lines and nothing else. */
export interface PtyConfig {
  readonly mode: "terminal" | "pipe";
  readonly columns: number;
  readonly rows: number;
  /** What clients type is not passed on. */
  readonly isReadonly: boolean;
}

/** What programs may use of the machine; null: as websockd itself. */
export interface ContainmentConfig {
  /** By name or number. */
  readonly user: string | null;
  readonly group: string | null;
  readonly directory: string | null;
  readonly umask: number | null;
  readonly niceness: number | null;
  readonly limits: readonly ResourceLimit[];
  /** A delegated directory, and the files of a leaf with what is written to them. */
  readonly cgroup: {
    readonly path: string;
    readonly limits: Readonly<Record<string, number>>;
  } | null;
}

/** getrlimit(2), by prlimit(1)'s name; `Infinity`: unlimited. */
export interface ResourceLimit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

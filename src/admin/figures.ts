// What is told of a server: numbers that can be added, so that several processes can be told of as one.

/** Client to service, and service to client. */
export interface BothWays {
  incoming: number;
  outgoing: number;
}

/** Numbers by what they are of: a cause, a status. */
export type Counts = Record<string, number>;

/** As many as took up to a bound of `SPAWN_BOUNDS`, beyond that of the one before; the last: longer than all bounds. */
export interface SpawnTimes {
  readonly counts: number[];
  sumSeconds: number;
}

export interface Figures {
  /** Now. */
  sessions: number;
  /** Sessions whose source waits for its sink, now. */
  readonly paused: BothWays;
  /** Bytes that wait, now. */
  readonly queued: BothWays;
  /** Bytes in slabs of kernel memory that are lent, and those that may be before sources pause. */
  bufferUsed: number;
  bufferMax: number;
  /** Bytes of the process, and its seconds of CPU. */
  residentBytes: number;
  cpuSeconds: number;
  /** Ever, as all that follows. */
  readonly messages: BothWays;
  readonly bytes: BothWays;
  /** Sessions by the cause of their end. */
  readonly ended: Counts;
  /** Requests by the status that they were refused with. */
  readonly refused: Counts;
  /** Programs of sessions by how they ended: `exit 0`, `signal SIGTERM`. */
  readonly exits: Counts;
  readonly spawned: SpawnTimes;
}

/** Seconds: a program starts in one or two milliseconds, one behind setpriv(1) in ten, and on a busy machine in many more. */
export const SPAWN_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1] as const;

export function noFigures(): Figures {
  const none = () => ({ incoming: 0, outgoing: 0 });
  return {
    sessions: 0,
    paused: none(),
    queued: none(),
    bufferUsed: 0,
    bufferMax: 0,
    residentBytes: 0,
    cpuSeconds: 0,
    messages: none(),
    bytes: none(),
    ended: {},
    refused: {},
    exits: {},
    spawned: { counts: [...SPAWN_BOUNDS.map(() => 0), 0], sumSeconds: 0 },
  };
}

export function count(counts: Counts, of: string): void {
  counts[of] = (counts[of] ?? 0) + 1;
}

export function addBothWays(to: BothWays, { incoming, outgoing }: Readonly<BothWays>): void {
  to.incoming += incoming;
  to.outgoing += outgoing;
}

function addCounts(to: Counts, more: Readonly<Counts>): void {
  for (const [of, value] of Object.entries(more)) to[of] = (to[of] ?? 0) + value;
}

/** Those of several processes are those of one. */
export function addFigures(to: Figures, more: Figures): void {
  const { spawned } = to;
  for (const name of SINGLE) to[name] += more[name];
  for (const name of ["paused", "queued", "messages", "bytes"] as const) {
    addBothWays(to[name], more[name]);
  }
  for (const name of ["ended", "refused", "exits"] as const) addCounts(to[name], more[name]);
  for (const [i, counted] of more.spawned.counts.entries()) spawned.counts[i]! += counted;
  spawned.sumSeconds += more.spawned.sumSeconds;
}

const SINGLE = ["sessions", "bufferUsed", "bufferMax", "residentBytes", "cpuSeconds"] as const;

/** What stays of a process that is no more: the counts, not what was now. */
export function totalsOf(figures: Figures): Figures {
  const { paused, queued, ...now } = noFigures();
  const { cpuSeconds, messages, bytes, ended, refused, exits, spawned } = figures;
  return { ...now, paused, queued, cpuSeconds, messages, bytes, ended, refused, exits, spawned };
}

export function countSpawn(times: SpawnTimes, seconds: number): void {
  const at = SPAWN_BOUNDS.findIndex((bound) => seconds <= bound);
  times.counts[at < 0 ? SPAWN_BOUNDS.length : at]!++;
  times.sumSeconds += seconds;
}

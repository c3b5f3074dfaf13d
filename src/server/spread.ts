// Acts that are spread evenly over a time, in an order that is not the one in which they were given.

export interface Clock {
  /** Milliseconds. */
  now(): number;
  /** Returns what takes it back. */
  after(milliseconds: number, act: () => void): () => void;
}

export interface SpreadOptions<One> {
  readonly overMs: number;
  readonly act: (one: One) => void;
  readonly clock: Clock;
  /** From 0 up to 1, as Math.random gives it. */
  readonly random: () => number;
}

/** Acts once on each: the first at once, the last before `overMs` are over. Returns what ends it before that. */
export function spread<One>(all: Iterable<One>, options: SpreadOptions<One>): () => void {
  const { overMs, act, clock, random } = options;
  const order = shuffled(all, random);
  const beganAt = clock.now();
  let next = 0;
  let cancel = (): void => {};
  const turn = (): void => {
    const dueAt = () => beganAt + (next * overMs) / order.length;
    // More than one are due where a turn is late, or a millisecond has several.
    while (next < order.length && dueAt() <= clock.now()) act(order[next++]!);
    if (next === order.length) return;
    cancel = clock.after(Math.max(1, Math.ceil(dueAt() - clock.now())), turn);
  };
  turn();
  return () => cancel();
}

/** Fisher and Yates: each order is as likely as any other. */
function shuffled<One>(all: Iterable<One>, random: () => number): One[] {
  const order = [...all];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

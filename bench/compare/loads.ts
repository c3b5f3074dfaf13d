// The loads that servers are compared under.

export type Load = {
  readonly name: string;
  readonly connections: number;
  /** Payload of a message in bytes. */
  readonly size: number;
  /** Messages in flight on a connection. */
  readonly window: number;
  readonly idle: boolean;
};

/** Named connections x size x window. */
export const LOADS: readonly Load[] = [
  active(1, 64, 256),
  active(1, 64, 1),
  active(50, 64, 16),
  active(4, 1024, 32),
  active(1, 60_000, 4),
  { name: "idle1000", connections: 1000, size: 64, window: 1, idle: true },
];

function active(connections: number, size: number, window: number): Load {
  return { name: `${connections}x${size}x${window}`, connections, size, window, idle: false };
}

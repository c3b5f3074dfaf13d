// The process groups that a worker has begun, where its parent sees them: when it dies, they are ended for it.

import { ptr } from "bun:ffi";
import { openLibc } from "../libc.ts";
import type { GroupLedger } from "../service/orphans.ts";
import { STARTING, type Region } from "./regions.ts";

/** clock_gettime(2): with the time in which the machine slept, as proc(5) counts. */
const CLOCK_BOOTTIME = 7;
/** USER_HZ. */
const NANOSECONDS_PER_TICK = 10_000_000n;
const TICKS_PER_SECOND = 100n;

/** One more than there is room for is not noted, and sees only the end of its stdin. */
export function sharedLedger({ words, groups }: Region): GroupLedger {
  const libc = openLibc({ clock_gettime: { args: ["i32", "ptr"], returns: "i32" } });
  const time = new BigInt64Array(2);
  const free = Array.from(groups, (_, i) => groups.length - 1 - i);
  const places = new Map<number, number>();
  const notStarted = () => void Atomics.store(words, STARTING, 0);
  return {
    starting() {
      libc.clock_gettime(CLOCK_BOOTTIME, ptr(time));
      const ticks = time[0]! * TICKS_PER_SECOND + time[1]! / NANOSECONDS_PER_TICK;
      Atomics.store(words, STARTING, Number(BigInt.asIntN(32, ticks)) || 1);
    },
    notStarted,
    begin(leader) {
      notStarted();
      const place = free.pop();
      if (place === undefined) return;
      places.set(leader, place);
      Atomics.store(groups, place, leader);
    },
    end(leader) {
      const place = places.get(leader);
      if (place === undefined) return;
      places.delete(leader);
      Atomics.store(groups, place, 0);
      free.push(place);
    },
  };
}

/** The leaders of groups that are noted. */
export function notedGroups(groups: Int32Array): number[] {
  return Array.from(groups, (_, i) => Atomics.load(groups, i)).filter((leader) => leader !== 0);
}

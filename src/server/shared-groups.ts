// The process groups that a worker has begun, where its parent sees them: when it dies, they are ended for it.

import type { GroupLedger } from "../service/orphans.ts";

/** `groups` is the region's; one more than there is room for is not noted, and sees only the end of its stdin. */
export function sharedLedger(groups: Int32Array): GroupLedger {
  const free = Array.from(groups, (_, i) => groups.length - 1 - i);
  const places = new Map<number, number>();
  return {
    begin(leader) {
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

// unmask: how fast the mask comes off.

import { kernel } from "../../test/support/kernel-driver.ts";
import { compare } from "./report.ts";

const KEY = 0x3d21fa37;
const LENGTHS = [64, 1024, 64 * 1024];
/** A call takes a few ns by itself: a run is as many of them as make this much. */
const RUN_BYTES = 64 * 1024;

export async function benchUnmask(): Promise<void> {
  const { bytes, incoming } = kernel;
  for (const length of LENGTHS) {
    const calls = RUN_BYTES / length;
    await compare(
      {
        name: `unmask, ${length} B a call`,
        bytes: RUN_BYTES,
        frames: calls,
        run() {
          for (let at = 0; at < RUN_BYTES; at += length) {
            kernel.unmask(incoming + at, incoming + at, length, KEY);
          }
        },
      },
      () => {
        // The mask comes off and goes on again: text or not, it is the same work.
        for (let at = incoming; at < incoming + RUN_BYTES; at++) {
          bytes[at]! ^= (KEY >>> ((at & 3) << 3)) & 0xff;
        }
      },
    );
  }
}

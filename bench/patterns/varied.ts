// Echo of messages that are not all alike: of mixed sizes, or compressed.
import { runEcho } from "../load/load.ts";
import { cycledMessages } from "../load/message-cycle.ts";
import { ECHO_PROGRAM, type Pattern } from "./pattern.ts";

const CONNECTIONS = 4;
const WINDOW = 16;
const MESSAGES = 500;

/** Three quarters are small, a fifth is some KiB, the rest is large: the largest are below what a pipe holds. */
export const mixedSizes = variedPattern({
  name: "mixed-sizes",
  about: "4 connections, 16 in flight, 10 to 40,000 bytes, most of them small",
  payloads: (count) => Array.from({ length: count }, (_, at) => text(at, mixedSize(at))),
  deflate: false,
});

export const compressed = variedPattern({
  name: "deflate",
  about: "4 connections, 16 in flight, JSON of 1 to 2 KiB, permessage-deflate both ways",
  payloads: (count) => Array.from({ length: count }, (_, at) => Buffer.from(json(at))),
  deflate: true,
});

export type VariedShape = {
  readonly name: string;
  readonly about: string;
  readonly payloads: (count: number) => readonly Buffer[];
  readonly deflate: boolean;
};

export function variedPattern({ name, about, payloads, deflate }: VariedShape): Pattern {
  return {
    name,
    kind: "other",
    about,
    program: ECHO_PROGRAM,
    needs: deflate ? ["deflate"] : [],
    connections: CONNECTIONS,
    quick: false,
    run(options) {
      const list = payloads(MESSAGES);
      return runEcho(options, {
        connections: CONNECTIONS,
        window: WINDOW,
        newMessages: cycledMessages({ payloads: list, window: WINDOW, deflate }),
        meanSize: list.reduce((sum, { length }) => sum + length, 0) / list.length,
        deflate,
      });
    },
  };
}

/** The same in every run: 7919 is prime to 1000, so the places are well mixed. */
function mixedSize(at: number): number {
  const draw = (at * 7919) % 1000;
  if (draw < 750) return 10 + (draw % 240);
  if (draw < 950) return 1000 + 17 * (draw - 750);
  return 10_000 + 600 * (draw - 950);
}

/** `size` printable bytes that begin with the message's number. */
function text(at: number, size: number): Buffer {
  const number = String(at).padStart(6, "0");
  const bytes = Buffer.alloc(size, `${number}-abcdefghijklmnopqrstuvwxyz`);
  return bytes;
}

function json(at: number): string {
  const items = Array.from({ length: 8 + (at % 9) }, (_, index) => ({
    id: at * 100 + index,
    name: `item ${(at * 31 + index * 17) % 1009}`,
    price: ((at * 37 + index * 11) % 9973) / 100,
    available: (at + index) % 3 !== 0,
    tags: ["websocket", "line", `t${(at * index) % 23}`],
  }));
  return JSON.stringify({ message: at, user: `user-${(at * 13) % 97}`, items });
}

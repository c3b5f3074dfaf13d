// Any interleaving of what can happen to a session loses no byte, reorders none, exceeds no bound, ends once.

import fc from "fast-check";
import { expect, test } from "bun:test";
import { createKernel, SLAB_SIZE } from "../../src/kernel/kernel.ts";
import type { EndCause } from "../../src/session/endpoint.ts";
import type { QueueMarks } from "../../src/session/frame-queue.ts";
import { Session } from "../../src/session/session.ts";
import { seedOfRun } from "../support/random.ts";
import { QueuedEndpoint } from "./queued-endpoint.ts";

const kernel = createKernel({ slabBytes: 16 * SLAB_SIZE, sessionsMax: 1 });
const CHUNK_MAX = 300;
const RUNS = 2000;

type Side = "client" | "service";
type Event =
  | { readonly kind: "give" | "take"; readonly side: Side; readonly count: number }
  | { readonly kind: "end"; readonly side: Side }
  | { readonly kind: "input end" }
  | { readonly kind: "stop" };

const side = fc.constantFrom<Side>("client", "service");
const traffic = fc.record({
  kind: fc.constantFrom("give" as const, "take" as const),
  side,
  count: fc.integer({ min: 1, max: CHUNK_MAX }),
});
const ending = fc.oneof(
  fc.record({ kind: fc.constant("end" as const), side }),
  fc.record({ kind: fc.constant("stop" as const) }),
);
const inputEnd = fc.record({ kind: fc.constant("input end" as const) });
/** Mostly traffic, of which a part comes after the client's last byte, and a part after the end has begun. */
const story = fc
  .tuple(
    fc.array<Event>(
      fc.oneof({ weight: 40, arbitrary: traffic }, { weight: 1, arbitrary: inputEnd }),
      {
        maxLength: 80,
      },
    ),
    fc.option(fc.oneof(ending, inputEnd)),
    fc.array<Event>(fc.oneof({ weight: 5, arbitrary: traffic }, { weight: 1, arbitrary: ending })),
  )
  .map(([before, end, after]): readonly Event[] => [...before, ...(end ? [end] : []), ...after]);

const marksOf = fc.record({
  high: fc.integer({ min: 0, max: 900 }),
  slabsScarce: fc.integer({ min: 0, max: 4 }),
});

/** A session with two ends, and all that they gave while the other end had to take it. */
class World {
  readonly finished: EndCause[] = [];
  readonly client: QueuedEndpoint;
  readonly service: QueuedEndpoint;
  readonly session: Session;
  readonly given: Record<Side, number[]> = { client: [], service: [] };
  #next = 0;

  constructor(marks: QueueMarks) {
    const options = { marks, workspace: kernel.incoming };
    this.client = new QueuedEndpoint(kernel, options);
    this.service = new QueuedEndpoint(kernel, { ...options, workspace: kernel.outgoing });
    this.session = new Session(this.client, this.service, {
      finished: (cause) => void this.finished.push(cause),
    });
    this.session.open();
  }

  apply(event: Event): void {
    if (event.kind === "stop") return this.session.stop({ kind: "stopping" });
    if (event.kind === "input end") return this.client.sayInputEnded();
    const endpoint = this[event.side];
    if (event.kind === "take") return endpoint.take(event.count);
    if (event.kind === "end") {
      const cause: EndCause =
        event.side === "client" ? { kind: "closed", code: 1000 } : { kind: "exit", status: 0 };
      return endpoint.sayEnded(cause);
    }
    if (!endpoint.mayGive) return;
    const bytes = Array.from({ length: event.count }, () => this.#next++ & 0xff);
    const sink = event.side === "client" ? this.service : this.client;
    if (sink.takes) this.given[event.side].push(...bytes);
    endpoint.give(bytes);
  }
}

test("the property", () => {
  const seed = seedOfRun();
  fc.assert(
    fc.property(story, marksOf, (events, { high, slabsScarce }) => {
      const world = new World({ high, low: Math.floor(high / 4), slabsScarce });
      const { client, service, session } = world;
      for (const event of events) {
        world.apply(event);
        if (!session.isFlowing) continue;
        // A paused side is one whose sink is congested, and never both for nothing: nobody waits for ever.
        if (!client.gaveLast) expect(client.mayGive).toBe(!service.congested);
        // A client's last byte ends nothing but the service's input, once all of it is delivered.
        expect(session.state).toBe(client.gaveLast ? "HALF_OPEN" : "OPEN");
        expect([client.state, service.state]).toEqual(["OPEN", "OPEN"]);
        const { inputEndedAt } = service;
        const isDelivered = service.delivered.length === world.given.client.length;
        expect(inputEndedAt).toBe(
          client.gaveLast && isDelivered ? world.given.client.length : null,
        );
        expect(service.mayGive).toBe(!client.congested);
      }
      if (session.isFlowing) session.stop({ kind: "stopping" });
      expect(world.finished).toEqual([]);
      client.finish();
      expect(world.finished).toEqual([]);
      service.finish();
      expect(world.finished.length).toBe(1);
      expect(session.state).toBe("CLOSED");
      expect(service.delivered).toEqual(world.given.client);
      expect(client.delivered).toEqual(world.given.service);
      for (const endpoint of [client, service]) {
        expect(endpoint.backlogMax).toBeLessThanOrEqual(high + CHUNK_MAX);
      }
      expect(kernel.slabs.used).toBe(0);
    }),
    { seed, numRuns: RUNS },
  );
});

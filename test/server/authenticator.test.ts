// What the judge bounds, without a network: attempts of one, attempts of all, and a client or a server that is gone by then.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { CredentialStore } from "../../src/access/credential-store.ts";
import { createLog } from "../../src/log.ts";
import type { Connection } from "../../src/net/connection.ts";
import { Authenticator } from "../../src/server/authenticator.ts";
import type { Exchange } from "../../src/server/exchange.ts";
import { headOf } from "../http/head-reader.ts";
import { basic, passwordLine, secretFile, tokenLine } from "../support/credential-files.ts";
import { within } from "../support/server-deadline.ts";
import { TestDirectory } from "../support/server-directory.ts";

const directory = new TestDirectory();
const FILES = { passwordFile: directory.file("passwords"), tokenFile: directory.file("tokens") };
beforeAll(async () => {
  secretFile(directory, "passwords", await passwordLine("alice", "a"));
  secretFile(directory, "tokens", tokenLine("ci", "t"));
});
afterAll(() => directory[Symbol.dispose]());

const ALICE = basic("alice", "a");

class Judge {
  readonly admission = { stopping: false };
  isOpen = true;
  readonly #authenticator = new Authenticator({
    credentials: new CredentialStore(FILES),
    admission: this.admission,
    starter: { refuse: ({ connection }, response) => connection.respond(response) },
    log: createLog("none"),
    tally: null,
  });
  /** How often a connection was answered, or let in. */
  outcomes = 0;

  /** A status, or the name of who is let in; null while it is held. */
  ask(authorization: string, address = "192.0.2.1"): { now: string | null; end: Promise<string> } {
    const { promise: end, resolve } = Promise.withResolvers<string>();
    let now: string | null = null;
    const told = (outcome: string) => {
      this.outcomes++;
      now = outcome;
      resolve(outcome);
    };
    const isOpen = () => this.isOpen;
    const connection = {
      get isOpen() {
        return isOpen();
      },
      hold() {},
      respond: ({ status }: { status: number }) => told(String(status)),
    } as unknown as Connection;
    const isLocal = address === "";
    const exchange: Exchange = {
      connection,
      head: headOf(`GET / HTTP/1.1\r\nHost: h\r\nAuthorization: ${authorization}\r\n\r\n`),
      caller: { address, port: 1, isLocal, isTls: false },
    };
    this.#authenticator.judge(exchange, ({ identity, head }) => {
      expect(head.get("authorization")).toBeUndefined();
      told(identity!.name);
    });
    return { now, end };
  }

  /** As many wrong ones as are held before one is answered at once; the last one's answer. */
  flood(address: string, most: number): { held: Promise<string>[]; last: string | null } {
    const held: Promise<string>[] = [];
    for (;;) {
      const { now, end } = this.ask("Bearer wrong", address);
      if (now !== null || held.length > most) return { held, last: now };
      held.push(end);
    }
  }
}

test("a token is let in at once, a password when it was verified, and at once from then on", async () => {
  const judge = new Judge();
  expect(judge.ask("Bearer t").now).toBe("ci");
  const first = judge.ask(ALICE);
  expect(first.now).toBeNull();
  expect(await within("the verification", first.end)).toBe("alice");
  expect(judge.ask(ALICE).now).toBe("alice");
});

test("wrong ones of an address: eight are held, more are 429, right ones too; others do not notice", async () => {
  const judge = new Judge();
  const { held, last } = judge.flood("192.0.2.1", 100);
  expect([held.length, last]).toEqual([8, "429"]);
  expect(judge.ask("Bearer t").now).toBe("429");
  expect(judge.ask("Bearer t", "192.0.2.2").now).toBe("ci");
  expect(new Set(await within("the answers", Promise.all(held)))).toEqual(new Set(["401"]));
  expect(judge.ask("Bearer t").now).toBe("ci");
});

test("an IPv6 network is one, a proxy on this machine or a Unix socket is many", () => {
  const judge = new Judge();
  expect(judge.flood("2001:db8::1", 100).held).toHaveLength(8);
  expect(judge.ask("Bearer t", "2001:db8::2").now).toBe("429");
  expect(judge.ask("Bearer t", "2001:db8:0:1::2").now).toBe("ci");
  for (const address of ["127.0.0.1", "::1", ""]) {
    expect(judge.flood(address, 100)).toMatchObject({ last: "429", held: { length: 64 } });
  }
});

test("256 are held in all; then a wrong one is 503 at once, and counts, and a right one is let in", async () => {
  const judge = new Judge();
  await judge.ask(ALICE).end;
  for (let i = 0; i < 32; i++) expect(judge.flood(`198.51.100.${i}`, 100).held).toHaveLength(8);
  expect(judge.ask(ALICE).now).toBe("alice");
  expect(judge.ask("Bearer t").now).toBe("ci");
  const answers = Array.from({ length: 9 }, () => judge.ask(basic("alice", "wrong")).now);
  expect(answers).toEqual([...Array.from({ length: 8 }, () => "503"), "429"]);
  expect(judge.ask(ALICE).now).toBe("429");
});

test("a client that left by then is not answered, and its attempt counts to its end", async () => {
  const judge = new Judge();
  const { held } = judge.flood("192.0.2.1", 100);
  expect(judge.ask(ALICE, "192.0.2.3").now).toBeNull(); // nor let in
  judge.isOpen = false;
  expect(held).toHaveLength(8);
  await Bun.sleep(0);
  expect(judge.ask("Bearer t").now).toBe("429");
  const before = judge.outcomes;
  // One that comes later is over later: by then the others are, too.
  const other = new Judge();
  await within("a second", other.ask("Bearer wrong").end);
  expect(judge.outcomes).toBe(before);
  expect(judge.ask("Bearer t").now).toBe("ci");
});

test("nobody is let in any more once the server stops", async () => {
  const judge = new Judge();
  const { now, end } = judge.ask(ALICE);
  expect(now).toBeNull();
  judge.admission.stopping = true;
  expect(await within("the answer", end)).toBe("503");
});

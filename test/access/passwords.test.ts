// Passwords are judged as slowly for nobody as for somebody, once for one that was right, and never for another's name.

import { describe, expect, test } from "bun:test";
import { FairQueue } from "../../src/access/fair-queue.ts";
import type { PasswordUser } from "../../src/access/password-file.ts";
import { Passwords, type VerifyHash } from "../../src/access/passwords.ts";

const CLAIMANT = { who: "w", waitingMax: 10 };

/** `hash` is the password itself, in these tests: what is verified, and how often, is what they are about. */
function make(users: Readonly<Record<string, string>>, waitingMax = 10) {
  const verified: string[] = [];
  const verify: VerifyHash = async (password, hash) => {
    verified.push(hash);
    return Buffer.from(password).toString() === hash;
  };
  const entries = Object.entries(users).map(([name, hash]): [string, PasswordUser] => [
    name,
    { name, hash, sizeMax: 8 },
  ]);
  const queue = new FairQueue({ atOnceMax: 1, waitingMax });
  const passwords = new Passwords(new Map(entries), { queue, verify });
  const check = (name: string, password: string, mayWait = true) =>
    passwords.check({ name, password: Buffer.from(password), claimant: CLAIMANT }, mayWait);
  return { check, verified };
}

test("right, wrong, and one that is right for somebody else", async () => {
  const { check } = make({ alice: "a", bob: "b" });
  expect(await check("alice", "a")).toBe(true);
  expect(await check("alice", "b")).toBe(false);
  expect(await check("bob", "b")).toBe(true);
});

test("a name that is not there costs what one that is there does, and its stand-in opens nothing", async () => {
  const { check, verified } = make({ alice: "same" });
  expect(await check("nobody", "same")).toBe(false);
  expect(verified).toEqual(["same"]);
});

test("the stand-in of a name is always the same, and not one for all names", async () => {
  const users = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`u${i}`, `hash${i}`]));
  const { check, verified } = make(users);
  await check("nobody", "x");
  await check("nobody", "y");
  expect(verified[0]).toBe(verified[1]!);
  for (let i = 0; i < 40; i++) await check(`none${i}`, "x");
  expect(new Set(verified).size).toBeGreaterThan(1);
});

test("nobody is there: nobody comes in", async () => {
  expect(await make({}).check("", "")).toBe(false);
});

test("of a long password what the kind of hash looks at counts, as everywhere", async () => {
  const { check } = make({ alice: "12345678" });
  expect(await check("alice", "123456789")).toBe(true);
  expect(await check("alice", "1234567")).toBe(false);
});

describe("what was right", () => {
  test("is known at once the next time, and what was wrong is not", async () => {
    const { check, verified } = make({ alice: "a" });
    expect(await check("alice", "a")).toBe(true);
    expect(check("alice", "a")).toBe(true);
    expect(check("alice", "b", false)).toBeNull();
    expect(await check("alice", "b")).toBe(false);
    expect(await check("alice", "b")).toBe(false);
    expect(verified).toHaveLength(3);
  });

  test("is verified once when it is asked for many times at once", async () => {
    const { check, verified } = make({ alice: "a" }, 0);
    const answers = Array.from({ length: 30 }, () => check("alice", "a"));
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 30 }, () => true));
    expect(verified).toHaveLength(1);
  });

  test("is told from another name and password that read the same in a row", async () => {
    const { check } = make({ ab: "c" });
    expect(await check("ab", "c")).toBe(true);
    expect(await check("a", "bc")).toBe(false);
  });

  test("is forgotten when more than a thousand others came after it", async () => {
    const users = Object.fromEntries(Array.from({ length: 1026 }, (_, i) => [`u${i}`, "x"]));
    const { check } = make(users);
    for (let i = 0; i < 1024; i++) await check(`u${i}`, "x");
    expect(check("u0", "x")).toBe(true); // and is the latest again
    await check("u1024", "x");
    expect(check("u0", "x", false)).toBe(true);
    expect(check("u1", "x", false)).toBeNull();
  });
});

test("too many wait: null, and one that was right before still comes in", async () => {
  const { check } = make({ alice: "a" }, 0);
  await check("alice", "a");
  const running = check("alice", "b");
  expect(check("alice", "c")).toBeNull();
  expect(check("alice", "a")).toBe(true);
  expect(await running).toBe(false);
});

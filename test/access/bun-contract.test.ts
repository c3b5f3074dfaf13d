// What Bun.password.verify does with what is handed to it: a change of it must not be found out by who cannot come in.

import { expect, test } from "bun:test";
import { FairQueue } from "../../src/access/fair-queue.ts";
import { Passwords } from "../../src/access/passwords.ts";
import { readPasswordFile } from "../../src/access/password-file.ts";
import { secretFile } from "../support/credential-files.ts";
import { missing } from "../support/missing-peer.ts";
import { TestDirectory } from "../support/server-directory.ts";

const CLAIMANT = { who: "", waitingMax: 1 };

/** Judges by the real hash of a file's line. */
async function isRight(line: string, name: string, password: Uint8Array): Promise<boolean> {
  using directory = new TestDirectory();
  const { users } = readPasswordFile(secretFile(directory, "passwords", line));
  const queue = new FairQueue({ atOnceMax: 1, waitingMax: 1 });
  const passwords = new Passwords(users, { queue, verify: Bun.password.verify });
  return (await passwords.check({ name, password, claimant: CLAIMANT }, true)) ?? false;
}

test("argon2id of Bun's own, with its memory and passes", async () => {
  const options = { algorithm: "argon2id", memoryCost: 64, timeCost: 2 } as const;
  const line = `a:${await Bun.password.hash("pässword", options)}`;
  expect(await isRight(line, "a", Buffer.from("pässword"))).toBe(true);
  expect(await isRight(line, "a", Buffer.from("password"))).toBe(false);
  expect(await isRight(line, "a", Buffer.from(""))).toBe(false);
});

test("argon2id of the reference implementation, with two lanes", async () => {
  // echo -n password | argon2 somesalt -id -t 2 -m 8 -p 2 -e
  const line =
    "a:$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc";
  expect(await isRight(line, "a", Buffer.from("password"))).toBe(true);
  expect(await isRight(line, "a", Buffer.from("passwore"))).toBe(false);
});

const noHtpasswd = missing("htpasswd (apache2-utils)", Bun.which("htpasswd") !== null);
test.skipIf(noHtpasswd)(
  "bcrypt of htpasswd: $2y$, bytes that are no UTF-8, and the first 72",
  async () => {
    const line = (password: Uint8Array) => {
      const words = ["htpasswd", "-niB", "-C", "4", "a"];
      return Bun.spawnSync(words, { stdin: password }).stdout.toString();
    };
    const latin = Buffer.from("p\xe4ssword", "latin1");
    expect(line(latin)).toContain("a:$2y$");
    expect(await isRight(line(latin), "a", latin)).toBe(true);
    expect(await isRight(line(latin), "a", Buffer.from("pässword"))).toBe(false);
    const long = Buffer.from("é".repeat(60));
    expect(await isRight(line(long), "a", long)).toBe(true);
    expect(await isRight(line(long), "a", long.subarray(0, 71))).toBe(false);
  },
);

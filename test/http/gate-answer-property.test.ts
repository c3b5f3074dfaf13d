// Whatever a gate writes: nothing in it ends a line of the response, or says what is not the gate's to say.

import { expect, test } from "bun:test";
import { readGateAnswer } from "../../src/http/gate-answer.ts";
import { Random, seedOfRun } from "../support/random.ts";

const ROUNDS = 20_000;
const PIECES = [
  "Status: ",
  "Location: ",
  "Env: ",
  "User: ",
  "Sec-WebSocket-",
  "Protocol: ",
  "Accept: ",
  "Connection: ",
  "Content-Length: ",
  "Transfer-Encoding: ",
  "Upgrade: ",
  "Set-Cookie",
  ": ",
  "=",
  "\n",
  "\n",
  "\r\n",
  "\r",
  "\0",
  "\t",
  " ",
  "101",
  "200",
  "302",
  "401",
  "999",
  "chat",
  "PATH",
  "LD_PRELOAD",
  "HTTP_COOKIE",
  "ROOM",
  "é",
  "\u2028",
  "\xff",
];
const FORBIDDEN =
  /^(?:connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|content-length|content-type|status|env|user|sec-websocket-.*)$/i;
/** Line ends and NUL are what HTTP and the environment cannot bear; the other controls no terminal. */
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
const CHOSEN = /^[A-Za-z_][A-Za-z0-9_]*$/;

function output(random: Random): Uint8Array {
  const count = random.between(0, 20);
  const pieces = Array.from({ length: count }, () => PIECES[random.below(PIECES.length)]!);
  // `\xff` alone is no UTF-8; the others are.
  return Buffer.concat(
    pieces.map((piece) => Buffer.from(piece, piece === "\xff" ? "latin1" : "utf8")),
  );
}

function judge(bytes: Uint8Array, admits: boolean): "permit" | "refusal" | "problem" {
  const verdict = readGateAnswer(bytes, { admits, offered: ["chat"], tellsVariables: true });
  if ("problem" in verdict) {
    expect(verdict.problem).not.toMatch(CONTROL);
    return "problem";
  }
  for (const [name, value] of verdict.fields ?? []) {
    expect(name).toMatch(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/);
    expect(name).not.toMatch(FORBIDDEN);
    expect(value).not.toMatch(CONTROL);
  }
  if ("variables" in verdict) {
    expect(admits).toBe(true);
    expect([undefined, "chat"]).toContain(verdict.subprotocol);
    for (const [name, value] of Object.entries(verdict.variables)) {
      expect(name).toMatch(CHOSEN);
      expect(name).not.toMatch(/^(?:PATH|LD_.*|HTTP_.*)$/);
      expect(value).not.toMatch(CONTROL);
    }
    return "permit";
  }
  expect(admits).toBe(false);
  expect(verdict.status).toBeWithin(301, 600);
  expect(verdict.reason ?? "").not.toMatch(CONTROL);
  expect(verdict.contentType ?? "").not.toMatch(CONTROL);
  return "refusal";
}

test("random answers", () => {
  const seed = seedOfRun();
  const random = new Random(seed);
  const counts = { permit: 0, refusal: 0, problem: 0 };
  for (let i = 0; i < ROUNDS; i++) {
    const bytes = output(random);
    try {
      counts[judge(bytes, random.oneIn(2))]++;
    } catch (error) {
      const shown = JSON.stringify(Buffer.from(bytes).toString("latin1"));
      throw new Error(`WEBSOCKD_SEED=${seed}: ${shown}: ${(error as Error).message}`);
    }
  }
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(ROUNDS / 100);
});

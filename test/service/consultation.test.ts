// One question to a program: its answer comes once, its end once after it, and nothing of it stays.

import { expect, setDefaultTimeout, test } from "bun:test";
import {
  consult,
  type Answer,
  type Consultation,
  type ConsultationOptions,
  type NoAnswer,
} from "../../src/service/consultation.ts";
import { UNCONTAINED } from "../../src/service/containment.ts";
import { eventually, within } from "../support/server-deadline.ts";
import { processes } from "../support/server-processes.ts";
import { TEST_TIMEOUT_MS } from "../support/server.ts";
import { descriptorCount, serviceOptions } from "./running.ts";

setDefaultTimeout(TEST_TIMEOUT_MS);

/** An orphan that has ended is a zombie until process 1 gets round to it. */
function livesInGroup(leader: number): boolean {
  return processes().some(({ group, state }) => group === leader && state !== "Z");
}

class Consulting {
  readonly said: string[] = [];
  readonly lines: string[] = [];
  readonly answer: Promise<Answer | NoAnswer>;
  readonly over: Promise<void>;
  readonly consultation: Consultation;

  constructor(script: string, options: ConsultationOptions) {
    const answered = Promise.withResolvers<Answer | NoAnswer>();
    const over = Promise.withResolvers<void>();
    this.answer = within("an answer", answered.promise);
    this.over = within("the end", over.promise);
    const listener = {
      stderrLine: (text: string) => void this.lines.push(text),
      answered: (answer: Answer | NoAnswer) => {
        this.said.push("answered");
        answered.resolve(answer);
      },
      over: () => {
        this.said.push("over");
        over.resolve();
      },
    };
    const command = { path: "/bin/sh", argv: ["sh", "-c", script] };
    const environment = { PATH: "/usr/bin:/bin", A: "b" };
    const request = { command, environment, containment: UNCONTAINED, listener };
    const consultation = consult(request, options);
    if ("transient" in consultation) throw new Error(consultation.text);
    this.consultation = consultation;
  }

  static async begin(script: string, options: Partial<ConsultationOptions> = {}) {
    const { kernel, readiness } = await serviceOptions();
    const byDefault = { stderr: "log", timeoutMs: 20_000, outputSizeMax: 1000 } as const;
    return new Consulting(script, { kernel, readiness, ...byDefault, ...options });
  }

  /** What was answered, as text, once all is over. */
  async result(): Promise<string> {
    const answer = await this.answer;
    await this.over;
    expect(this.said).toEqual(["answered", "over"]);
    expect(livesInGroup(this.consultation.pid)).toBe(false);
    if (typeof answer === "string") return answer;
    const { exit, output } = answer;
    const how = exit.kind === "exit" ? exit.status : exit.name;
    return `${how}:${Buffer.from(output).toString()}`;
  }
}

async function resultOf(script: string, options: Partial<ConsultationOptions> = {}) {
  return (await Consulting.begin(script, options)).result();
}

test("its exit and what it wrote", async () => {
  expect(await resultOf("echo $A; exit 3")).toBe("3:b\n");
  expect(await resultOf("printf a; sleep 0.05; printf b; kill -9 $$")).toBe("SIGKILL:ab");
  expect(await resultOf("cat; exec >&-; sleep 0.05")).toBe("0:");
});

test("what it wrote before its exit is the answer, whoever else holds its stdout", async () => {
  const script = "(sleep 0.2; echo late) & printf early";
  expect(await resultOf(script)).toBe("0:early");
  expect(await resultOf("head -c 1000 /dev/zero | tr '\\0' x")).toBe(`0:${"x".repeat(1000)}`);
});

test("nor does it matter whether its exit or its last words are heard of first", async () => {
  for (let i = 0; i < 10; i++) {
    const consulting = await Consulting.begin("echo words; echo more >&2; exit 3");
    while (livesInGroup(consulting.consultation.pid)) Bun.sleepSync(1); // both wait for us then
    expect(await consulting.result()).toBe("3:words\n");
    expect(consulting.lines).toEqual(["more"]);
  }
});

test("nothing is lost of what is still in the pipe when it has exited", async () => {
  for (let i = 0; i < 10; i++) {
    const script = "head -c 300000 /dev/zero | tr '\\0' x";
    const result = await resultOf(script, { outputSizeMax: 300_000 });
    expect(result.length).toBe("0:".length + 300_000);
  }
});

test("a byte too much is none, even in its last breath", async () => {
  expect(await resultOf("head -c 1001 /dev/zero")).toBe("too long");
  expect(await resultOf("yes", { outputSizeMax: 1_000_000 })).toBe("too long");
});

test("no answer in time is none, and heeding no SIGTERM helps nobody", async () => {
  expect(await resultOf("exec sleep 60", { timeoutMs: 50 })).toBe("late");
  const deaf = 'trap "" TERM; echo x; while :; do sleep 60; done';
  expect(await resultOf(deaf, { timeoutMs: 50 })).toBe("late");
});

test("withdrawn, it is answered at once; killed, it is a signal's", async () => {
  const consulting = await Consulting.begin("exec sleep 60");
  consulting.consultation.withdraw();
  expect(consulting.said).toEqual(["answered"]);
  consulting.consultation.withdraw();
  expect(await consulting.result()).toBe("withdrawn");
  consulting.consultation.withdraw();
  consulting.consultation.kill();
  expect(consulting.said).toEqual(["answered", "over"]);
  const killed = await Consulting.begin("exec sleep 60");
  killed.consultation.kill();
  expect(await killed.result()).toBe("SIGKILL:");
});

test("stderr: its lines, its last words without a line end, and no more than so many", async () => {
  const some = await Consulting.begin("echo one >&2; printf two >&2");
  await some.result();
  expect(some.lines).toEqual(["one", "two"]);
  const none = await Consulting.begin("echo one >&2", { stderr: "off" });
  await none.result();
  expect(none.lines).toEqual([]);
  const REST = "(the rest of its stderr is left out)";
  const many = await Consulting.begin("yes '' | head -c 100000 >&2");
  await many.result();
  expect(many.lines).toHaveLength(201);
  expect(many.lines.at(-1)).toBe(REST);
  const exact = await Consulting.begin("seq 200 >&2");
  await exact.result();
  expect(exact.lines).toEqual(Array.from({ length: 200 }, (_, i) => `${i + 1}`));
  const large = await Consulting.begin("head -c 100000 /dev/zero | tr '\\0' x >&2");
  await large.result();
  expect(large.lines.join("").length - REST.length).toBe(16 * 1024);
  expect(large.lines.at(-1)).toBe(REST);
});

test("a hundred at once leave no descriptor behind", async () => {
  await resultOf("exit 0");
  const before = descriptorCount();
  // Only who is to be late has little time: the others have as much as a busy machine takes.
  const questions = [
    { script: "echo x", wanted: "0:x\n" },
    { script: "exec sleep 60", wanted: "late", options: { timeoutMs: 1000 } },
    { script: "yes", wanted: "too long" },
    { script: "echo y >&2; exit 1", wanted: "1:" },
  ];
  const hundred = Array.from({ length: 100 }, (_, i) => questions[i % questions.length]!);
  const results = hundred.map(({ script, options }) => resultOf(script, options));
  expect(await Promise.all(results)).toEqual(hundred.map(({ wanted }) => wanted));
  await eventually("as many as before", () => descriptorCount() <= before);
});

test("what cannot be started is said, and leaves nothing", async () => {
  const { kernel, readiness } = await serviceOptions();
  const before = descriptorCount();
  const listener = { stderrLine() {}, answered() {}, over() {} };
  const command = { path: "/no/such/program", argv: ["x"] };
  const request = { command, environment: {}, containment: UNCONTAINED, listener };
  const options = { kernel, readiness, stderr: "log", timeoutMs: 1, outputSizeMax: 1 } as const;
  expect(consult(request, options)).toMatchObject({ transient: false });
  expect(descriptorCount()).toBe(before);
});

// Runs the steps of a case against one server, and tells what was observed.

import { frame } from "../../support/frames.ts";
import { RawClient } from "../../support/raw-client.ts";
import { isAlive } from "../../support/server-processes.ts";
import type { Observation, ParityCase, Step, Value } from "./case.ts";
import { readAnswer } from "./http-answer.ts";
import { kill, type ParityServer } from "./parity-server.ts";
import { Received } from "./received.ts";

const OPCODE_TEXT = 1;
const OPCODE_CLOSE = 8;
const OPCODE_PING = 9;

export interface Place {
  readonly server: ParityServer;
  /** What `{dir}` stands for. */
  readonly folder: string;
  readonly read: ParityCase["read"];
}

/** One connection, from its request to its end. */
export async function converse(place: Place, steps: readonly Step[]): Promise<Observation> {
  using conversation = new Conversation(place);
  for (const step of steps) {
    // After a refusal there is no WebSocket to talk on.
    if (!(await conversation.take(step))) break;
  }
  // Not without await: the connection would be disposed of at once.
  return await conversation.observe();
}

class Conversation implements Disposable {
  readonly #place: Place;
  readonly #fields: Record<string, Value> = {};
  readonly #received = new Received();
  #client: RawClient | null = null;
  #clientPort = 0;
  #isOpen = false;
  #isOver = false;
  /** We have sent a Close, or can send no more. */
  #hasClosed = false;

  constructor(place: Place) {
    this.#place = place;
  }

  [Symbol.dispose](): void {
    this.#client?.[Symbol.dispose]();
  }

  /** False when the rest of the steps has no sense. */
  async take(step: Step): Promise<boolean> {
    if ("request" in step) return this.#request(step.request, step.to ?? "port");
    if ("pipelined" in step) await this.#pipelined(step.pipelined);
    else if ("beside" in step) await this.#beside(step.beside);
    else if ("logged" in step) {
      this.#fields["log"] = await this.#place.server.logged(step.logged);
    } else if ("signal" in step) await this.#signal(step.signal);
    else if ("survivors" in step) await this.#survivors();
    else if ("over" in step) await this.#until(() => false);
    else if ("messages" in step) await this.#until(() => this.#received.count >= step.messages);
    else if ("pongs" in step) await this.#until(() => this.#received.pongs.length >= step.pongs);
    else if ("bytes" in step) await this.#until(() => this.#received.bytes.length >= step.bytes);
    else if ("until" in step) await this.#until(() => this.#received.lastText.endsWith(step.until));
    else await this.#send(step);
    return true;
  }

  /** Ends what is still open, and tells. */
  async observe(): Promise<Observation> {
    if (this.#isOpen) {
      if (!this.#hasClosed && !this.#isOver) this.#close(1000);
      await this.#until(() => false);
      this.#fields["end"] = await this.#client!.ended();
      this.#fields["close"] ??= "missing";
      Object.assign(this.#fields, this.#received.tell(this.#place.read));
    }
    return Object.fromEntries(
      Object.entries(this.#fields).map(([name, value]) => [name, this.#generalize(value)]),
    );
  }

  async #request(text: string, to: "port" | "redirport"): Promise<boolean> {
    const client = await this.#connect(to);
    const filled = this.#filled(text);
    client.write(filled);
    const answer = await readAnswer(client, filled);
    Object.assign(this.#fields, answer.fields, this.#variables(answer.fields));
    this.#isOpen = answer.isOpen;
    return answer.isOpen;
  }

  /** What a CGI script tells of its environment. */
  #variables({ body }: Readonly<Record<string, Value>>): Record<string, Value> {
    if (this.#place.read !== "environment" || typeof body !== "string") return {};
    const lines = body.split("\n").filter((line) => line.includes("="));
    return Object.fromEntries(
      lines.map((line) => ["env " + line.replace(/=.*/, ""), line.replace(/^[^=]*=/, "")]),
    );
  }

  async #pipelined(requests: readonly { readonly request: string }[]): Promise<void> {
    const client = await this.#connect("port");
    client.write(requests.map(({ request }) => this.#filled(request)).join(""));
    const text = Buffer.from(await client.rest()).toString("latin1");
    this.#fields["answers"] = text.split("HTTP/1.1 ").length - 1;
  }

  async #connect(to: "port" | "redirport"): Promise<RawClient> {
    const client = await RawClient.connect(this.#place.server[to]);
    this.#client = client;
    this.#clientPort = client.port;
    return client;
  }

  #filled(text: string): string {
    const { server, folder } = this.#place;
    return text
      .replaceAll("{port}", String(server.port))
      .replaceAll("{redirport}", String(server.redirport))
      .replaceAll("{dir}", folder);
  }

  async #beside(steps: readonly Step[]): Promise<void> {
    const fields = await converse(this.#place, steps);
    for (const [name, value] of Object.entries(fields)) this.#fields[`beside ${name}`] = value;
  }

  async #send(step: Step): Promise<void> {
    const client = this.#client!;
    if ("text" in step) client.write(frame({ opcode: OPCODE_TEXT, payload: step.text }));
    else if ("ping" in step) client.write(frame({ opcode: OPCODE_PING, payload: step.ping }));
    else if ("hex" in step) client.hex(step.hex);
    else if ("close" in step) this.#close(step.close, step.reason);
    else if ("halfClose" in step) {
      await client.flushed();
      client.cut();
      this.#hasClosed = true;
    }
  }

  #close(code: number | null, reason = ""): void {
    this.#hasClosed = true;
    const head = code === null ? [] : [code >> 8, code & 255];
    const payload = Uint8Array.from([...head, ...Buffer.from(reason)]);
    this.#client!.write(frame({ opcode: OPCODE_CLOSE, payload }));
  }

  /** Reads frames until the state is reached, or the server has closed. */
  async #until(isReached: () => boolean): Promise<void> {
    while (!this.#isOver && !isReached()) await this.#readFrame();
  }

  async #readFrame(): Promise<void> {
    const received = await this.#frameOrEnd();
    if (received === null) {
      this.#isOver = true;
      return;
    }
    if (received.opcode === OPCODE_CLOSE) this.#farewell(received.payload);
    else this.#received.push(received);
  }

  async #frameOrEnd() {
    const client = this.#client!;
    try {
      return await client.frame();
    } catch (error) {
      if (String(error).includes("the connection ended")) return null;
      throw error;
    }
  }

  /** RFC 6455 5.5.1: it is answered, unless ours came first. */
  #farewell(payload: Uint8Array): void {
    const code = payload.length < 2 ? null : (payload[0]! << 8) | payload[1]!;
    this.#fields["close"] = code ?? "no code";
    this.#fields["reason"] = Buffer.from(payload.subarray(2)).toString();
    this.#isOver = true;
    if (!this.#hasClosed) this.#close(code);
  }

  /** What happens to the program and to the client when the server is told to stop. */
  async #signal(signal: NodeJS.Signals): Promise<void> {
    const { server } = this.#place;
    const pids = this.#received.takePids();
    server.signal(signal);
    await this.#until(() => false);
    this.#fields["server's end"] = await server.exited();
    this.#fields["left behind"] = pids.filter(isAlive).length;
    pids.forEach(kill);
  }

  async #survivors(): Promise<void> {
    const pids = this.#received.takePids();
    this.#close(1000);
    await this.#until(() => false);
    await this.#place.server.logged("DISCONNECT");
    this.#fields["survivors"] = pids.filter(isAlive).length;
    pids.forEach(kill);
  }

  /** What differs from start to start gets a name; a port's digits among other digits are left alone. */
  #generalize(value: Value): Value {
    if (typeof value === "object") return value.map((part) => this.#generalizeText(part));
    return typeof value === "string" ? this.#generalizeText(value) : value;
  }

  #generalizeText(text: string): string {
    const { server, folder } = this.#place;
    const ports = {
      "{port}": server.port,
      "{redirport}": server.redirport,
      "{client}": this.#clientPort,
    };
    return Object.entries(ports)
      .filter(([, port]) => port !== 0)
      .reduce(
        (done, [name, port]) => done.replace(new RegExp(`(?<!\\d)${port}(?!\\d)`, "g"), name),
        text.replaceAll(folder, "{dir}"),
      );
  }
}

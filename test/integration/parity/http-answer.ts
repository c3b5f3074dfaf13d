// An HTTP answer as the fields of an observation: status, header fields, body.

import type { RawClient } from "../../support/raw-client.ts";
import type { Value } from "./case.ts";

/**
 * Not compared: the clock; what follows from the body, which is compared itself; and what says that the connection
 * ends (`one-request` in docs/compat.md, which has a case of its own).
 */
const NOT_COMPARED = new Set(["date", "content-length", "transfer-encoding", "connection"]);

/** Reads one answer. Returns its fields, and whether a WebSocket opened. */
export async function readAnswer(
  client: RawClient,
  request: string,
): Promise<{ readonly fields: Record<string, Value>; readonly isOpen: boolean }> {
  const head = await headOrNone(client);
  if (head === null) return { fields: { status: "no answer" }, isOpen: false };
  const [statusLine = "", ...lines] = head.trimEnd().split("\r\n");
  const status = Number(statusLine.split(" ")[1]);
  const headers = readHeaders(lines);
  const fields: Record<string, Value> = { status };
  for (const [name, value] of headers) {
    if (NOT_COMPARED.has(name)) continue;
    fields[`header ${name}`] = normalized(name, value, request);
  }
  if (status === 101) return { fields, isOpen: true };
  // It may keep the connection: then we end it, now that the answer has begun.
  if (headers.get("connection") !== "close") {
    await client.flushed();
    client.cut();
  }
  const bytes = await client.rest();
  const isChunked = headers.get("transfer-encoding") === "chunked";
  const body = Buffer.from(isChunked ? joinChunks(bytes) : bytes).toString("latin1");
  const declared = headers.get("content-length");
  if (
    !request.startsWith("HEAD ") &&
    declared !== undefined &&
    Number(declared) !== body.length &&
    status !== 304
  ) {
    throw new Error(`Content-Length: ${declared}, but ${body.length} bytes came`);
  }
  if (status < 400) return { fields: { ...fields, body }, isOpen: false };
  // The words of a refusal are each program's own; how many lines they are, and of what type, is compared.
  fields["lines of text"] = body.split("\n").filter(Boolean).length;
  return { fields, isOpen: false };
}

/** RFC 9110 8.3.1: blanks around the semicolon mean nothing. */
function normalized(name: string, value: string, request: string): string {
  if (name === "content-type") return value.replace(/[ \t]*;[ \t]*/g, "; ");
  return name === "location" ? resolved(value, request) : value;
}

/** Where a client goes then: RFC 9110 10.2.2 lets a Location be relative. */
function resolved(location: string, request: string): string {
  const [, target = "/"] = request.split(" ", 2);
  const host = /^Host: *(.*)$/m.exec(request)?.[1]?.trim() ?? "localhost";
  return URL.canParse(location, `http://${host}${target}`)
    ? new URL(location, `http://${host}${target}`).href
    : location;
}

/** Null when the connection ends without one: websocketd's panics do that. */
async function headOrNone(client: RawClient): Promise<string | null> {
  try {
    return await client.head();
  } catch (error) {
    if (String(error).includes("the connection ended (eof)")) return null;
    throw error;
  }
}

function readHeaders(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before} | ${value}`);
  }
  return headers;
}

/** RFC 9112 7.1; extensions and trailers are dropped. */
function joinChunks(bytes: Uint8Array): Uint8Array {
  const buffer = Buffer.from(bytes);
  const parts: Uint8Array[] = [];
  for (let at = 0; ;) {
    const end = buffer.indexOf("\r\n", at);
    if (end < 0) throw new Error("a chunked body without its end");
    const size = Number.parseInt(buffer.toString("latin1", at, end), 16);
    if (size === 0) return Buffer.concat(parts);
    parts.push(buffer.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

// RFC 9110 13, 14: the response for a file that is open: whole, a part of it, or that the client has it already.

import { read, type Stats } from "node:fs";
import { promisify } from "node:util";
import { parseRange, type ByteRange } from "../http/range.ts";
import type { RequestHead } from "../http/request.ts";

const readAt = promisify(read);
/** Bytes of a read: what a socket's buffer takes, more or less. */
const PIECE_SIZE = 64 * 1024;

export interface OpenFile {
  readonly fd: number;
  readonly stats: Stats;
  readonly type: string;
  /** Closes the descriptor; to be called once, by whoever is last. */
  readonly close: () => void;
}

/** Takes over the file: it is closed when the response's body has ended, or at once when there is none. */
export function fileResponse(head: RequestHead, file: OpenFile): Response {
  const { stats, type } = file;
  const { size } = stats;
  const modified = Math.floor(stats.mtimeMs / 1000);
  const tag = `"${Math.round(stats.mtimeMs * 1000).toString(36)}-${size.toString(36)}-${stats.ino.toString(36)}"`;
  const headers: Record<string, string> = {
    ETag: tag,
    "Last-Modified": new Date(modified * 1000).toUTCString(),
    "Accept-Ranges": "bytes",
    "X-Content-Type-Options": "nosniff",
  };
  const without = (status: number, more: Record<string, string> = {}) => {
    file.close();
    return new Response(null, { status, headers: { ...headers, ...more } });
  };
  const condition = judgeConditions(head, tag, modified);
  if (condition === 304) return without(304);
  if (condition === 412) return without(412, { "Content-Length": "0" });
  const range = head.method === "GET" ? rangeOf(head, { size, tag, modified }) : null;
  if (range === "unsatisfiable") {
    return without(416, { "Content-Length": "0", "Content-Range": `bytes */${size}` });
  }
  const { begin, end } = range ?? { begin: 0, end: size };
  headers["Content-Type"] = type;
  headers["Content-Length"] = String(end - begin);
  if (range !== null) headers["Content-Range"] = `bytes ${begin}-${end - 1}/${size}`;
  const status = range === null ? 200 : 206;
  if (head.method === "HEAD" || end === begin) {
    file.close();
    return new Response(null, { status, headers });
  }
  return new Response(bodyOf(file, { begin, end }), { status, headers });
}

/** 13.2.2, in its order. */
function judgeConditions(head: RequestHead, tag: string, modified: number): 304 | 412 | null {
  const match = head.get("if-match");
  if (match !== undefined) {
    if (!hasTag(match, tag, "strong")) return 412;
  } else {
    const since = secondsIn(head.get("if-unmodified-since"));
    if (since !== null && modified > since) return 412;
  }
  const noneMatch = head.get("if-none-match");
  if (noneMatch !== undefined) return hasTag(noneMatch, tag, "weak") ? 304 : null;
  const since = secondsIn(head.get("if-modified-since"));
  return since !== null && modified <= since ? 304 : null;
}

function rangeOf(
  head: RequestHead,
  of: { size: number; tag: string; modified: number },
): ByteRange | "unsatisfiable" | null {
  const field = head.get("range");
  if (field === undefined) return null;
  const condition = head.get("if-range");
  // 13.1.5: a part only of what the client has the other parts of.
  if (condition !== undefined && condition !== of.tag && secondsIn(condition) !== of.modified) {
    return null;
  }
  return parseRange(field, of.size);
}

/** 8.8.3.2: our tags are strong, a weak one is only like them. */
function hasTag(list: string, tag: string, comparison: "strong" | "weak"): boolean {
  if (list.trim() === "*") return true;
  const tags = list.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((one) => one === tag || (comparison === "weak" && one === `W/${tag}`));
}

/** 5.6.7: asctime(3) does not say that it is in UTC. */
function secondsIn(date: string | undefined): number | null {
  if (date === undefined) return null;
  const milliseconds = Date.parse(date.endsWith("GMT") ? date : `${date} GMT`);
  return Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000);
}

/** Never more than was announced, however the file grows; one that shrinks meanwhile ends in an error. */
function bodyOf(file: OpenFile, { begin, end }: ByteRange): ReadableStream<Uint8Array> {
  let at = begin;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = new Uint8Array(Math.min(PIECE_SIZE, end - at));
          const { bytesRead } = await readAt(file.fd, piece, 0, piece.length, at);
          if (bytesRead === 0) throw new Error("the file has become shorter");
          at += bytesRead;
          controller.enqueue(piece.subarray(0, bytesRead));
          if (at < end) return;
          file.close();
          controller.close();
        } catch (error) {
          file.close();
          controller.error(error);
        }
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  );
}

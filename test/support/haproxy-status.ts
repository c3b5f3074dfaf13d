// What haproxy says of its servers, on its own socket.

import { within } from "./server-deadline.ts";

/** Of each server of a backend its status, `UP`, `DOWN`, `DRAIN` ... Rejects while haproxy has no socket yet. */
export async function serverStatuses(
  path: string,
  backend: string,
): Promise<Readonly<Record<string, string>>> {
  const rows = (await ask(path, "show stat")).split("\n").map((line) => line.split(","));
  const column = rows[0]!.indexOf("status");
  const own = rows.filter(([of, name]) => of === backend && name !== "BACKEND");
  return Object.fromEntries(own.map((row) => [row[1], row[column]!]));
}

/** One command; haproxy closes behind the answer. */
export async function ask(path: string, command: string): Promise<string> {
  const answer = Promise.withResolvers<string>();
  let text = "";
  await Bun.connect({
    unix: path,
    socket: {
      open: (socket) => void socket.write(`${command}\n`),
      data(_, chunk) {
        text += chunk.toString();
      },
      close: () => answer.resolve(text),
      error: (_, error) => answer.reject(error),
    },
  });
  return within(`haproxy's answer to ${command}`, answer.promise);
}

// curl, as a client that nobody here wrote: runs it, and reads the answer that it shows.

import { within } from "./server-deadline.ts";

const PATH = Bun.which("curl");
/** -q: the configuration file of whoever runs this must not matter. */
const WORDS = ["-q", "--noproxy", "*", "-s", "-i", "--max-time", "15"];

/** False where it is not installed: its tests are then skipped, unless this is CI. */
export const HAS_CURL = PATH !== null;
if (!HAS_CURL) {
  if (process.env["CI"] === "true") throw new Error("curl is missing: apt-get install curl");
  console.log("skipped: what curl sees (curl is missing: apt-get install curl)");
}

export interface CurlAnswer {
  /** curl(1), EXIT CODES: 18 when the body was cut. */
  readonly exitCode: number;
  /** The statuses before the last: 100. */
  readonly interim: readonly number[];
  readonly status: number;
  /** By name in lower case; the last of a name. */
  readonly fields: ReadonlyMap<string, string>;
  /** A character a byte. */
  readonly body: string;
}

/** Runs curl to its end. `input` is its stdin, for `--data-binary @-` and `-T -`. */
export async function curl(words: readonly string[], input?: Uint8Array): Promise<CurlAnswer> {
  const child = Bun.spawn([PATH!, ...WORDS, ...words], {
    stdin: input ?? "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const bytes = await within("curl", new Response(child.stdout).bytes());
  return { exitCode: await child.exited, ...parseAnswer(Buffer.from(bytes).toString("latin1")) };
}

/** Splits off one head after the other while they are interim. */
function parseAnswer(text: string, interim: number[] = []): Omit<CurlAnswer, "exitCode"> {
  const end = text.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = text.slice(0, Math.max(end, 0)).split("\r\n");
  const status = Number(statusLine.split(" ")[1]);
  const body = text.slice(end + 4);
  if (status >= 100 && status < 200) return parseAnswer(body, [...interim, status]);
  const fields = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { interim, status, fields, body };
}

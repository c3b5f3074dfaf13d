// `bun run example NAME`: websockd of this tree with the example's program and page, until it is told to end.

import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { listed, readArguments, UsageError, type Wanted } from "./arguments.ts";
import { logFile } from "./log-file.ts";

const MAIN = join(import.meta.dir, "../src/main.ts");
/** No line of a page is longer than 16 KiB. */
const MAX_FRAME = "--maxframesize=64K";
class MissingError extends Error {}

/** The command of the program; `directory` is for what is made for this run alone. */
async function commandOf(wanted: Wanted, directory: string): Promise<string[]> {
  const { name, example, file } = wanted;
  const found = example.tool.commands.find(([command]) => Bun.which(command) !== null);
  if (found === undefined) {
    throw new MissingError(`The example ${name} needs ${example.tool.remedy}.`);
  }
  const program = join(import.meta.dir, name, example.program);
  if (example.isForTerminal) return ["sh", program];
  if (example.isCompiled) return [await compile([...found], program, join(directory, name))];
  const words = example.takesFile ? [followed(file, directory)] : [];
  return [...found, program, ...words];
}

async function compile(compiler: string[], source: string, target: string): Promise<string> {
  const child = Bun.spawn([...compiler, "-O2", "-o", target, source], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if ((await child.exited) === 0) return target;
  throw new MissingError(
    `${compiler[0]} could not compile ${source} (are the headers of the C library there? apt-get install libc6-dev)`,
  );
}

/** The file that `tail` follows: the given one, or our own log. */
function followed(file: string | null, directory: string): string {
  if (file === null) {
    writeFileSync(logIn(directory), "");
    return logIn(directory);
  }
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw new MissingError(`Cannot read "${file}" (does it exist, and may you read it?)`);
  }
  return resolve(file);
}

function logIn(directory: string): string {
  return join(directory, "websockd.log");
}

/** Starts it, says where the page is, and returns the status it ended with. */
async function serve(wanted: Wanted, directory: string): Promise<number> {
  const command = await commandOf(wanted, directory);
  const { isForTerminal } = wanted.example;
  const page = isForTerminal ? "" : `${wanted.name}/`;
  // Whatever ends us, websockd goes, too; where setpriv(1) is not there, all but SIGKILL does that.
  const bound = Bun.which("setpriv") === null ? [] : ["setpriv", "--pdeathsig", "TERM"];
  const options = [
    "--config=",
    `--port=${wanted.port}`,
    "--address=127.0.0.1",
    "--log-format=text",
    // DNS rebinding: a page of elsewhere must not read what an example shows.
    "--host=127.0.0.1,localhost",
    MAX_FRAME,
    ...(isForTerminal ? ["--pty", "--console"] : [`--staticdir=${import.meta.dir}`]),
  ];
  const child = Bun.spawn([...bound, process.execPath, MAIN, ...options, "--", ...command], {
    stdio: ["ignore", "inherit", "pipe"],
    // Else Ctrl-C would come to it twice: from the terminal and from us.
    detached: true,
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => child.kill("SIGTERM"));
  }
  const keep = wanted.example.takesFile && wanted.file === null ? logFile(logIn(directory)) : null;
  await passOn(child.stderr, (line) => {
    console.error(line);
    keep?.(line);
    const port = /^websockd listens on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(line)?.[1];
    if (port === undefined) return;
    console.log(`\n  Open http://127.0.0.1:${port}/${page}  (Ctrl-C ends it)\n`);
  });
  return child.exited;
}

/** Calls back for each line of a stream, until it ends. */
async function passOn(stream: ReadableStream<Uint8Array>, take: (line: string) => void) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) take(line);
  }
  if (rest !== "") take(rest);
}

async function main(words: readonly string[]): Promise<number> {
  if (words.length === 0) {
    console.log(listed());
    return 0;
  }
  let directory: string | null = null;
  try {
    const wanted = readArguments(words);
    directory = mkdtempSync(join(tmpdir(), "websockd-example-"));
    return await serve(wanted, directory);
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${listed()}`);
      return 2;
    }
    if (!(error instanceof MissingError)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    if (directory !== null) rmSync(directory, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.slice(2));

// What systemd is for a service: a datagram socket of which each message is kept.

import { eventually } from "./server-deadline.ts";
import type { TestDirectory } from "./server-directory.ts";
import { StartedProcess } from "./started-process.ts";

/** Each message is printed as a Python string. */
const RECEIVER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
path = sys.argv[1]
s.bind("\\0" + path[1:] if path[0] == "@" else path)
out = open(sys.argv[2], "a", 1)
print("bound", file=out)
while True: print(repr(s.recv(4096).decode()), file=out)
`;

export class NotifyReceiver implements AsyncDisposable {
  readonly path: string;
  readonly #directory: TestDirectory;
  readonly #process: StartedProcess;

  private constructor(path: string, directory: TestDirectory, process: StartedProcess) {
    this.path = path;
    this.#directory = directory;
    this.#process = process;
  }

  /** Needs python3. `path` with a leading `@` is an abstract name. */
  static async at(directory: TestDirectory, path: string): Promise<NotifyReceiver> {
    const words = ["python3", "-c", RECEIVER, path, directory.write("said", "")];
    const receiver = new NotifyReceiver(path, directory, new StartedProcess(words));
    await receiver.heard("bound");
    return receiver;
  }

  /** All so far, a message a line. */
  get text(): string {
    return this.#directory.read("said");
  }

  async heard(text: string): Promise<void> {
    await eventually(text, () => this.text.includes(text));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}

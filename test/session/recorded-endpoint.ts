// An endpoint that writes down what it is told, and says what the test has it say.

import {
  SILENT_LISTENER,
  type EndCause,
  type Endpoint,
  type EndpointListener,
} from "../../src/session/endpoint.ts";

export class RecordedEndpoint implements Endpoint {
  listener: EndpointListener = SILENT_LISTENER;
  congested = false;
  /** Each call in the order in which it came. */
  readonly calls: string[] = [];

  /** The calls since this was last asked. */
  take(): string[] {
    return this.calls.splice(0);
  }

  send(begin: number, end: number): void {
    this.calls.push(`send ${begin} ${end}`);
  }

  pause(): void {
    this.calls.push("pause");
  }

  resume(): void {
    this.calls.push("resume");
  }

  endInput(): void {
    this.calls.push("end input");
  }

  end(cause: EndCause): void {
    this.calls.push(`end ${cause.kind}`);
  }

  destroy(): void {
    this.calls.push("destroy");
  }
}

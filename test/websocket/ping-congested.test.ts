// RFC 6455 5.5.2: a peer that pings and does not read gets its Pong when it does, and only the latest.

import { describe, expect, test } from "bun:test";
import type { ProtocolHandler } from "../../src/websocket/protocol-handler.ts";
import { Protocol } from "../../src/websocket/protocol.ts";
import { fromHex } from "../support/frames.ts";
import { kernel, OPTIONS } from "./peer.ts";

class SlowPeer implements ProtocolHandler, Disposable {
  congested = true;
  readonly sent: string[] = [];
  readonly protocol = new Protocol(kernel, OPTIONS, this);

  ping(body: string): void {
    this.protocol.receive(fromHex(`8981 00000000 ${body}`));
  }

  transmit(frame: Uint8Array): void {
    this.sent.push(frame.toHex());
  }

  payload(): void {}
  transmitFrames(): void {}
  outOfMemory(): void {}
  closed(): void {}
  failed(): void {}

  [Symbol.dispose](): void {
    this.protocol.release();
  }
}

describe("while too much waits for the peer", () => {
  test("no Pong is added to it, however often it pings", () => {
    using peer = new SlowPeer();
    for (let i = 0; i < 1000; i++) peer.ping("61");
    peer.protocol.answerPing();
    expect(peer.sent).toEqual([]);
  });

  test("5.5.3 the latest Ping is answered once it reads again", () => {
    using peer = new SlowPeer();
    peer.ping("61");
    peer.ping("62");
    peer.congested = false;
    peer.protocol.answerPing();
    peer.protocol.answerPing();
    expect(peer.sent).toEqual(["8a0162"]);
  });

  test("the next chunk answers too, whatever is in it", () => {
    using peer = new SlowPeer();
    peer.ping("61");
    peer.congested = false;
    peer.protocol.receive(fromHex("8181 00000000 62"));
    expect(peer.sent).toEqual(["8a0161"]);
  });

  test("after our Close it is not answered any more", () => {
    using peer = new SlowPeer();
    peer.ping("61");
    peer.protocol.close(1001, "");
    peer.congested = false;
    peer.protocol.answerPing();
    expect(peer.sent).toEqual(["880203e9"]);
  });

  test("nor after the peer's", () => {
    using peer = new SlowPeer();
    peer.ping("61");
    peer.protocol.receive(fromHex("8880 00000000"));
    peer.congested = false;
    peer.protocol.answerPing();
    expect(peer.sent).toEqual(["8800"]);
  });
});

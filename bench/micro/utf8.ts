// utf8: text of several scripts.

import { kernel } from "../../test/support/kernel-driver.ts";
import { judgeUtf8Plainly } from "../../test/support/plain-utf8.ts";
import { compare } from "./report.ts";

const TEXT_LENGTH = 64 * 1024;

const SCRIPTS = [
  { name: "ASCII", sample: "All of it is ASCII, as most of what a service says. " },
  {
    name: "mixed",
    sample: "Façade, naïveté, Übergrößenträger — “quoted” text costs 5 € more. 😀 ",
  },
  { name: "Cyrillic", sample: "Всё это написано по-русски, по два байта на букву. " },
  { name: "CJK", sample: "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏" },
  { name: "emoji", sample: "😀😃😄😁😆😅🤣😂🙂🙃" },
] as const;

export async function benchUtf8(): Promise<void> {
  const { bytes, incoming } = kernel;
  for (const { name, sample } of SCRIPTS) {
    const one = new TextEncoder().encode(sample);
    const text = new Uint8Array(Math.floor(TEXT_LENGTH / one.length) * one.length);
    for (let at = 0; at < text.length; at += one.length) text.set(one, at);
    bytes.set(text, incoming);
    await compare(
      {
        name: `utf8, ${name}`,
        bytes: text.length,
        frames: 0,
        run() {
          if (kernel.utf8(0, incoming, text.length) !== 0) throw new Error("not UTF-8");
        },
      },
      () => {
        if (judgeUtf8Plainly(text) !== "whole") throw new Error("not UTF-8");
      },
    );
  }
}

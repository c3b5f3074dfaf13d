// drawing.js: the vocabulary of drawing commands is read strictly, and a picture is bounded.

import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { EXAMPLES_DIRECTORY } from "../support/running-example.ts";

interface Command {
  readonly draw: string;
}

interface Drawing {
  readonly LIMITS: Readonly<Record<string, number>>;
  readonly COLORS: readonly string[];
  readonly VOCABULARY: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly DrawingError: typeof Error;
  readonly readCommand: (line: unknown) => Command;
  readonly Picture: new () => {
    readonly shown: { readonly shapes: readonly Command[]; readonly status: string };
    take(command: Command): boolean;
  };
}

const drawing = (await import(join(EXAMPLES_DIRECTORY, "drawing.js"))) as Drawing;
const { COLORS, DrawingError, LIMITS, Picture, readCommand, VOCABULARY } = drawing;

/** One of each, as DRAWING.md has them. */
const GOOD = [
  '{"draw":"clear"}',
  '{"draw":"view","left":0,"right":64,"top":0,"bottom":40}',
  '{"draw":"grid","x":1,"y":1}',
  '{"draw":"axes"}',
  '{"draw":"cells","color":"blue","at":[3,2,4,3]}',
  '{"draw":"line","color":"red","name":"sin x","points":[0,0,0.5,0.48,1,0.84]}',
  '{"draw":"text","color":"ink","x":1,"y":2,"text":"here"}',
  '{"draw":"status","text":"generation 4"}',
  '{"draw":"error","text":"no such curve"}',
  '{"draw":"show"}',
];

const BAD = [
  "",
  "clear",
  "null",
  "[]",
  '"clear"',
  "{}",
  '{"draw":1}',
  '{"draw":["clear"]}',
  '{"draw":"Clear"}',
  '{"draw":"constructor"}',
  '{"draw":"__proto__"}',
  '{"draw":"toString"}',
  '{"draw":"eval","text":"1"}',
  '{"draw":"clear","then":"show"}',
  '{"draw":"clear","__proto__":{}}',
  '{"draw":"clear"}{"draw":"show"}',
  '{"draw":"view","left":0,"right":64,"top":0}',
  '{"draw":"view","left":0,"right":0,"top":0,"bottom":1}',
  '{"draw":"view","left":1e9,"right":999999999.9,"top":0,"bottom":1}',
  '{"draw":"view","left":"0","right":64,"top":0,"bottom":40}',
  '{"draw":"view","left":0,"right":1e10,"top":0,"bottom":40}',
  '{"draw":"view","left":0,"right":1e999,"top":0,"bottom":40}',
  '{"draw":"grid","x":0,"y":1}',
  '{"draw":"grid","x":-1,"y":1}',
  '{"draw":"cells","color":"blue","at":[1]}',
  '{"draw":"cells","color":"blue","at":[1,1.5]}',
  '{"draw":"cells","color":"blue","at":[1,null]}',
  '{"draw":"cells","color":"blue","at":{"0":1}}',
  '{"draw":"cells","color":"#fff","at":[]}',
  '{"draw":"cells","color":"url(x)","at":[]}',
  '{"draw":"line","color":"blue","points":[]}',
  '{"draw":"line","color":"blue","name":7,"points":[]}',
  `{"draw":"line","color":"blue","name":"${"x".repeat(41)}","points":[]}`,
  '{"draw":"text","color":"ink","x":0,"y":0,"text":{}}',
  `{"draw":"status","text":"${"x".repeat(201)}"}`,
  `{"draw":"cells","color":"blue","at":[${"1,".repeat(8193)}1]}`,
  `{"draw":"clear"${" ".repeat(65_536)}}`,
];

describe("a line", () => {
  test("there is a good one for each word of the vocabulary", () => {
    expect(GOOD.map((line) => readCommand(line).draw)).toEqual(Object.keys(VOCABULARY));
  });

  for (const line of BAD) {
    test(`is refused: ${line.slice(0, 70)}`, () => {
      expect(() => readCommand(line)).toThrow(DrawingError);
    });
  }

  test("bytes are refused", () => {
    expect(() => readCommand(new Blob(["{}"]))).toThrow(DrawingError);
  });
});

describe("a picture", () => {
  const taken = (...lines: readonly string[]) => {
    const picture = new Picture();
    for (const line of lines) picture.take(readCommand(line));
    return picture;
  };
  const cells = GOOD[4]!;
  const show = '{"draw":"show"}';

  test("is seen when it is shown, and not before", () => {
    const picture = taken(cells);
    expect(picture.shown.shapes).toEqual([]);
    expect(picture.take(readCommand(show))).toBe(true);
    expect(picture.shown.shapes.length).toBe(1);
    picture.take(readCommand('{"draw":"clear"}'));
    expect(picture.shown.shapes.length).toBe(1);
    picture.take(readCommand(show));
    expect(picture.shown.shapes).toEqual([]);
  });

  test("has no more shapes than its bound", () => {
    const full = taken(...Array.from({ length: LIMITS["shapes"]! }, () => cells), show);
    expect(full.shown.shapes.length).toBe(LIMITS["shapes"]!);
    expect(() => full.take(readCommand(cells))).toThrow("clear it");
  });

  test("has no finer grid than its bound, whichever came first", () => {
    const fine = '{"draw":"grid","x":0.001,"y":1}';
    const view = GOOD[1]!;
    expect(() => taken(fine, view, show)).toThrow("512");
    expect(() => taken(view, fine, show)).toThrow("512");
  });
});

test("DRAWING.md has the whole vocabulary, each color and each bound", async () => {
  const text = await Bun.file(join(EXAMPLES_DIRECTORY, "DRAWING.md")).text();
  const written = [...text.matchAll(/`(\{"draw":.*?\})`/g)].map(([, line]) => readCommand(line!));
  expect(written.map(({ draw }) => draw)).toEqual(Object.keys(VOCABULARY));
  for (const color of COLORS) expect(text).toContain(`\`${color}\``);
  for (const bound of Object.values(LIMITS)) {
    expect(text).toContain(bound === 1e9 ? "1e9" : bound.toLocaleString("en"));
  }
});

test("style.css has a light and a dark tone of each color", async () => {
  const style = await Bun.file(join(EXAMPLES_DIRECTORY, "style.css")).text();
  for (const color of [...COLORS, "grid"]) {
    expect(style.match(new RegExp(`--draw-${color}: #[0-9a-f]{6};`, "g"))?.length).toBe(2);
  }
});

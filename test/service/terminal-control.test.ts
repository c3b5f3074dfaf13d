// Control messages for a terminal: what is taken, and what is answered to the rest.

import { describe, expect, test } from "bun:test";
import { CONTROL_SIZE_MAX, readControl } from "../../src/service/terminal-control.ts";

/** RFC 6455 5.5: a control frame has 125 bytes, and two of a Close are its code. */
const REASON_SIZE_MAX = 123;

test("resize and signal", () => {
  expect(readControl('{"type":"resize","cols":80,"rows":24}')).toEqual({
    type: "resize",
    size: { columns: 80, rows: 24 },
  });
  expect(readControl(' { "rows" : 1000, "type" : "resize", "cols" : 1 } ')).toEqual({
    type: "resize",
    size: { columns: 1, rows: 1000 },
  });
  for (const name of ["INT", "QUIT", "TSTP", "CONT", "HUP", "TERM", "KILL", "USR1", "USR2"]) {
    const text = JSON.stringify({ type: "signal", name });
    expect(readControl(text)).toEqual({ type: "signal", signal: `SIG${name}` as NodeJS.Signals });
    expect(text.length).toBeLessThan(CONTROL_SIZE_MAX);
  }
});

describe("what is none is told what would be right, in a Close's reason:", () => {
  test.each<[string, RegExp]>([
    ["", /input is binary$/],
    ["ls\n", /input is binary$/],
    ["null", /input is binary$/],
    ["[]", /input is binary$/],
    ['"resize"', /input is binary$/],
    ['{"type":"Resize","cols":80,"rows":24}', /input is binary$/],
    ['{"__proto__":{"type":"resize"},"cols":80,"rows":24}', /input is binary$/],
    ['{"type":"resize"}', /^resize: cols and rows are wanted, whole numbers from 1 to 1000$/],
    ['{"type":"resize","cols":0,"rows":24}', /^resize: /],
    ['{"type":"resize","cols":80.5,"rows":24}', /^resize: /],
    ['{"type":"resize","cols":"80","rows":24}', /^resize: /],
    ['{"type":"resize","cols":80,"rows":24,"more":1}', /^resize: /],
    ['{"type":"resize","cols":80,"rows":1e9}', /^resize: /],
    ['{"type":"signal"}', /^signal: a name is wanted, one of INT /],
    ['{"type":"signal","name":"SIGINT"}', /^signal: /],
    ['{"type":"signal","name":"STOP"}', /^signal: /],
    ['{"type":"signal","name":["INT"]}', /^signal: /],
    ['{"type":"signal","name":"INT","pid":1}', /^signal: /],
  ])("%s", (text, reason) => {
    const answer = readControl(text);
    expect(answer).toMatch(reason);
    expect(String(answer).length).toBeLessThanOrEqual(REASON_SIZE_MAX);
  });
});

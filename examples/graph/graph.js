// The page of graph: the menu becomes a command, what the program draws is shown, with a legend.

import { Connection, showState } from "../connection.js";
import { Picture } from "../drawing.js";
import { paint, takeLine } from "../painting.js";

const $ = (selector) => document.querySelector(selector);
const canvas = $("canvas");
const boxes = [...document.querySelectorAll("#menu input")];

/** What is seen at first, and a little less than the program allows. */
const FIRST = { left: -10, right: 10 };
const WIDTH = { min: 0.2, max: 160 };
const BOUND = 1000;

let picture = new Picture();
let range = { ...FIRST };
let isFrameDue = false;

const connection = new Connection({
  onOpen() {
    picture = new Picture();
    sendRange(range);
    sendCurves();
  },
  onLine(line) {
    if (takeLine(picture, line, $("#error"))) redraw();
  },
  onState: showState,
});
$("#state button").onclick = () => connection.open();

function send(line) {
  $("#error").textContent = "";
  connection.send(line);
}

function sendCurves() {
  const chosen = boxes.filter(({ checked }) => checked).map(({ value }) => value);
  send(["curves", ...chosen].join(" "));
}

/** As near to what is asked for as the program allows. */
function sendRange({ left, right }) {
  const width = Math.min(Math.max(right - left, WIDTH.min), WIDTH.max);
  const middle = (left + right) / 2;
  const begin = Math.min(Math.max(middle - width / 2, -BOUND), BOUND - width);
  range = { left: begin, right: begin + width };
  send(`range ${range.left.toFixed(4)} ${range.right.toFixed(4)}`);
}

/** Moves by a share of the width, and makes the width `factor` times as large. */
function change(share, factor) {
  const width = range.right - range.left;
  const middle = (range.left + range.right) / 2 + share * width;
  sendRange({ left: middle - (width * factor) / 2, right: middle + (width * factor) / 2 });
}

function redraw() {
  if (isFrameDue) return;
  isFrameDue = true;
  requestAnimationFrame(() => {
    isFrameDue = false;
    const { shapes, status } = picture.shown;
    paint(canvas, picture.shown);
    $("#status").textContent = status;
    $("#legend").replaceChildren(...shapes.filter(({ draw }) => draw === "line").map(legendOf));
    canvas.dataset.painted = status;
  });
}

function legendOf({ name, color }) {
  const row = document.createElement("li");
  row.textContent = name;
  row.style.setProperty("--tone", `var(--draw-${color})`);
  return row;
}

for (const box of boxes) box.onchange = sendCurves;
$("#left").onclick = () => change(-0.25, 1);
$("#right").onclick = () => change(0.25, 1);
$("#in").onclick = () => change(0, 0.5);
$("#out").onclick = () => change(0, 2);
$("#reset").onclick = () => sendRange(FIRST);
addEventListener("resize", redraw);
matchMedia("(prefers-color-scheme: dark)").onchange = redraw;

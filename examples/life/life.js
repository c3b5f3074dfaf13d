// The page of life: what a person does becomes a command, what the program draws is shown.

import { Connection, showState } from "../connection.js";
import { Picture } from "../drawing.js";
import { paint, placeOn, takeLine } from "../painting.js";

/** Cells in one command: the program takes lines of 16 KiB. */
const CELLS_A_LINE = 1000;
const $ = (selector) => document.querySelector(selector);
const canvas = $("canvas");

let picture = new Picture();
/** Wide windows have a wide board, phones a high one. It stays as it is while the page is open. */
const size = innerWidth < 600 ? [40, 48] : [64, 40];
/** What was alive before the connection was lost, x and y in turn: the new program is told. */
let kept = [];
const cursor = { x: size[0] >> 1, y: size[1] >> 1 };
let isRunning = false;
let runTimer = 0;
let isFrameDue = false;

const connection = new Connection({
  onOpen() {
    picture = new Picture();
    send(`size ${size.join(" ")}`);
    send(`edges ${$("#wrap").checked ? "wrap" : "dead"}`);
    for (let i = 0; i < kept.length; i += 2 * CELLS_A_LINE) {
      send(`on ${kept.slice(i, i + 2 * CELLS_A_LINE).join(" ")}`);
    }
    if (isRunning) runOn();
  },
  onLine(line) {
    if (takeLine(picture, line, $("#error"))) shown();
  },
  onState: showState,
});
$("#state button").onclick = () => connection.open();

function send(line) {
  connection.send(line);
}

/** A whole picture has come: it is drawn with the screen's next frame, and asks for the next one while running. */
function shown() {
  const { view, shapes, status } = picture.shown;
  if (view.right !== size[0] || view.bottom !== size[1]) return; // the program's first, before our size
  kept = shapes.flatMap(({ at = [] }) => at);
  $("#status").textContent = status;
  $("main").style.setProperty("--shape", String(view.right / view.bottom));
  canvas.dataset.status = status;
  if (isRunning) runOn();
  redraw();
}

function redraw() {
  if (isFrameDue) return;
  isFrameDue = true;
  requestAnimationFrame(() => {
    isFrameDue = false;
    paint(canvas, picture.shown);
    canvas.dataset.painted = picture.shown.status;
    placeCursor();
  });
}

function placeCursor() {
  const place = placeOn(canvas, picture.shown);
  const box = $("#cursor").style;
  box.left = `${place.x(cursor.x) - 1}px`;
  box.top = `${place.y(cursor.y) - 1}px`;
  box.width = `${place.x(1) - place.x(0) + 3}px`;
  box.height = `${place.y(1) - place.y(0) + 3}px`;
}

/** The next step, once: after a picture, so that a slow program is never flooded. */
function runOn() {
  if (runTimer !== 0) return;
  runTimer = setTimeout(
    () => {
      runTimer = 0;
      if (isRunning) send("step");
    },
    Number($("#speed").value),
  );
}

function setRunning(running) {
  isRunning = running;
  clearTimeout(runTimer);
  runTimer = 0;
  $("#run").textContent = running ? "Stop" : "Run";
  $("#run").setAttribute("aria-pressed", String(running));
  if (running) send("step");
}

/** A person's command: what was wrong before is over. */
function order(line) {
  $("#error").textContent = "";
  send(line);
}

function setWrap(wraps) {
  $("#wrap").checked = wraps;
  order(`edges ${wraps ? "wrap" : "dead"}`);
}

$("#run").onclick = () => setRunning(!isRunning);
$("#step").onclick = () => order("step");
$("#clear").onclick = () => {
  setRunning(false);
  order("clear");
};
$("#wrap").onchange = () => setWrap($("#wrap").checked);
$("#pattern").onchange = ({ target }) => {
  const { value } = target;
  target.value = "";
  if (value === "") return;
  // Where edges meet, a gun is hit by its own gliders.
  if (value === "gun") setWrap(false);
  order(value === "random" ? "random" : `load ${value}`);
};

/** The cell at a place of the pointer, or null outside of the board. */
function cellAt({ offsetX, offsetY }) {
  const at = placeOn(canvas, picture.shown).at(offsetX, offsetY);
  const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
  return x >= 0 && y >= 0 && x < size[0] && y < size[1] ? { x, y } : null;
}

function isAlive({ x, y }) {
  return kept.some((value, i) => i % 2 === 0 && value === x && kept[i + 1] === y);
}

/** What dragging does, given by the cell it began at: `on` or `off`. */
let brush = null;
canvas.onpointerdown = (event) => {
  const cell = cellAt(event);
  if (cell === null || event.button !== 0 || !connection.isOpen) return;
  $("#cursor").hidden = true;
  canvas.setPointerCapture(event.pointerId);
  brush = isAlive(cell) ? "off" : "on";
  dab([cell]);
};
canvas.onpointermove = (event) => {
  const cell = brush === null ? null : cellAt(event);
  if (cell !== null && (cell.x !== cursor.x || cell.y !== cursor.y)) dab(lineTo(cell));
};
canvas.onpointerup = canvas.onpointercancel = () => (brush = null);

/** The cells from the cursor's to this one: a fast pointer skips some. */
function lineTo({ x, y }) {
  const steps = Math.max(Math.abs(x - cursor.x), Math.abs(y - cursor.y));
  return Array.from({ length: steps }, (_, i) => ({
    x: cursor.x + Math.round(((x - cursor.x) * (i + 1)) / steps),
    y: cursor.y + Math.round(((y - cursor.y) * (i + 1)) / steps),
  }));
}

function dab(cells) {
  Object.assign(cursor, cells.at(-1));
  placeCursor();
  order(`${brush} ${cells.map(({ x, y }) => `${x} ${y}`).join(" ")}`);
}

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
canvas.onkeydown = (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const [dx, dy] = MOVES[event.key] ?? [0, 0];
  cursor.x = (cursor.x + dx + size[0]) % size[0];
  cursor.y = (cursor.y + dy + size[1]) % size[1];
  placeCursor();
  if (event.key === " " || event.key === "Enter") order(`flip ${cursor.x} ${cursor.y}`);
  else if (event.key.toLowerCase() === "s") order("step");
  else if (event.key.toLowerCase() === "r") setRunning(!isRunning);
  else if (dx === 0 && dy === 0) return;
  event.preventDefault();
  $("#cursor").hidden = false;
};
canvas.onfocus = () => ($("#cursor").hidden = !canvas.matches(":focus-visible"));
canvas.onblur = () => ($("#cursor").hidden = true);

addEventListener("resize", redraw);
matchMedia("(prefers-color-scheme: dark)").onchange = redraw;

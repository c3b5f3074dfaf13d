// Draws a picture (drawing.js) on a canvas, in the tones of style.css.

import { DrawingError, readCommand } from "./drawing.js";

/** Pixels of the page around a picture with axes: room for their numbers. */
const MARGIN = { left: 42, right: 12, top: 12, bottom: 26 };
const NO_MARGIN = { left: 0, right: 0, top: 0, bottom: 0 };

/** Takes a line of the program into a picture. True: there is something new to see. What is wrong stands in `complaint`. */
export function takeLine(picture, line, complaint) {
  try {
    const command = readCommand(line);
    if (command.draw !== "error") return picture.take(command);
    complaint.textContent = command.text;
  } catch (error) {
    if (!(error instanceof DrawingError)) throw error;
    complaint.textContent = `The program drew what cannot be drawn: ${error.message}`;
  }
  return false;
}

/** Where a picture's coordinates lie on a canvas, in pixels of the page. */
export function placeOn(canvas, { view, axes }) {
  const margin = axes ? MARGIN : NO_MARGIN;
  const width = canvas.clientWidth - margin.left - margin.right;
  const height = canvas.clientHeight - margin.top - margin.bottom;
  const across = view.right - view.left;
  const down = view.bottom - view.top;
  return {
    x: (x) => margin.left + ((x - view.left) / across) * width,
    y: (y) => margin.top + ((y - view.top) / down) * height,
    /** The other way round. */
    at: (px, py) => ({
      x: view.left + ((px - margin.left) / width) * across,
      y: view.top + ((py - margin.top) / height) * down,
    }),
  };
}

/** Draws a scene of a Picture, as sharp as the screen. */
export function paint(canvas, scene) {
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.font = "12px system-ui, sans-serif";
  const style = getComputedStyle(canvas);
  const tone = (name) => style.getPropertyValue(`--draw-${name}`).trim();
  const place = placeOn(canvas, scene);
  if (scene.grid !== null) paintGrid(context, scene, { place, tone });
  if (scene.axes) paintAxes(context, scene, { place, tone });
  clip(context, scene, place);
  for (const shape of scene.shapes) PAINTERS[shape.draw](context, shape, { place, tone });
}

/** What leaves the view must not run over the numbers beside it. */
function clip(context, { view }, place) {
  const [x0, x1] = [place.x(view.left), place.x(view.right)];
  const [y0, y1] = [place.y(view.top), place.y(view.bottom)];
  context.beginPath();
  context.rect(x0, y0, x1 - x0, y1 - y0);
  context.clip();
}

const PAINTERS = {
  cells(context, { at, color: name }, { place, tone }) {
    context.fillStyle = tone(name);
    for (let i = 0; i < at.length; i += 2) {
      const [x0, x1] = [place.x(at[i]), place.x(at[i] + 1)].map(Math.round);
      const [y0, y1] = [place.y(at[i + 1]), place.y(at[i + 1] + 1)].map(Math.round);
      context.fillRect(x0 + 1, y0 + 1, Math.max(1, x1 - x0 - 1), Math.max(1, y1 - y0 - 1));
    }
  },
  line(context, { points, color: name }, { place, tone }) {
    context.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      context.lineTo(place.x(points[i]), place.y(points[i + 1]));
    }
    context.strokeStyle = tone(name);
    context.lineWidth = 2;
    context.lineJoin = "round";
    context.stroke();
  },
  text(context, { x, y, text, color: name }, { place, tone }) {
    context.fillStyle = tone(name);
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(text, place.x(x), place.y(y));
  },
};

/** The multiples of `size` between two numbers, in rising order. */
function* multiples(size, a, b) {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  for (let i = Math.ceil(low / size - 1e-9); i * size <= high + size * 1e-9; i++) yield i * size;
}

function strokeLines(context, lines, { color: strokeStyle, width }) {
  context.beginPath();
  for (const [x0, y0, x1, y1] of lines) {
    context.moveTo(Math.round(x0) + 0.5, Math.round(y0) + 0.5);
    context.lineTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  }
  context.strokeStyle = strokeStyle;
  context.lineWidth = width;
  context.stroke();
}

function paintGrid(context, { view, grid }, { place, tone }) {
  const { left, right, top, bottom } = view;
  const columns = [...multiples(grid.x, left, right)].map(place.x);
  const rows = [...multiples(grid.y, top, bottom)].map(place.y);
  const lines = [
    ...columns.map((x) => [x, place.y(top), x, place.y(bottom)]),
    ...rows.map((y) => [place.x(left), y, place.x(right), y]),
  ];
  strokeLines(context, lines, { color: tone("grid"), width: 1 });
}

/** 1, 2 or 5 times a power of ten: about one mark for each `pixels`. */
function niceStep(range, length, pixels) {
  const wanted = (Math.abs(range) * pixels) / Math.max(length, pixels);
  const power = 10 ** Math.floor(Math.log10(wanted));
  return [1, 2, 5, 10].find((factor) => factor * power >= wanted) * power;
}

/** Marks with numbers at the left and the bottom edge, and the two lines through 0 where they are in view. */
function paintAxes(context, { view }, { place, tone }) {
  const { left, right, top, bottom } = view;
  const [x0, x1, y0, y1] = [place.x(left), place.x(right), place.y(top), place.y(bottom)];
  const label = (number) => String(Number(number.toPrecision(6))).replace("-", "−");
  const columns = [...multiples(niceStep(right - left, x1 - x0, 70), left, right)];
  const rows = [...multiples(niceStep(bottom - top, y1 - y0, 45), top, bottom)];
  const marks = [
    ...columns.map((x) => [place.x(x), y0, place.x(x), y1]),
    ...rows.map((y) => [x0, place.y(y), x1, place.y(y)]),
  ];
  strokeLines(context, marks, { color: tone("grid"), width: 1 });
  const zero = (value, a, b) => (value - a) * (value - b) <= 0;
  const axes = [
    ...(zero(0, left, right) ? [[place.x(0), y0, place.x(0), y1]] : []),
    ...(zero(0, top, bottom) ? [[x0, place.y(0), x1, place.y(0)]] : []),
  ];
  strokeLines(context, axes, { color: tone("quiet"), width: 1 });
  context.fillStyle = tone("quiet");
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const x of columns) context.fillText(label(x), place.x(x), y1 + 7);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const y of rows) context.fillText(label(y), x0 - 7, place.y(y));
}

// Drawing commands (DRAWING.md): each line is read strictly and kept as data of a picture; nothing is evaluated.

/** Bounds of what a program may say; each is far beyond what the examples need. */
export const LIMITS = Object.freeze({
  line: 65_536, // characters
  numbers: 8_192, // in one list
  shapes: 512, // in one picture: cells, lines and texts
  gridLines: 512, // in each direction
  text: 200, // characters
  name: 40, // characters
  coordinate: 1e9, // as its absolute value
});

/** Names, which style.css gives a light and a dark tone each. */
export const COLORS = Object.freeze([
  "ink",
  "quiet",
  "blue",
  "orange",
  "green",
  "red",
  "purple",
  "teal",
  "pink",
  "olive",
]);

export class DrawingError extends Error {}

const isNumber = (value) => typeof value === "number" && Math.abs(value) <= LIMITS.coordinate;
const coordinate = (value) => (isNumber(value) ? null : `a number within ±${LIMITS.coordinate}`);
const step = (value) => (isNumber(value) && value > 0 ? null : "a number above 0");
const color = (value) => (COLORS.includes(value) ? null : `one of ${COLORS.join(", ")}`);

/** A string of at most `length` characters. */
const string = (length) => (value) =>
  typeof value === "string" && value.length <= length ? null : `a text of at most ${length}`;

/** A list of x, y, x, y ..., each of which `test` accepts. */
const pairs = (test, what) => (value) =>
  Array.isArray(value) &&
  value.length % 2 === 0 &&
  value.length <= LIMITS.numbers &&
  value.every((number) => isNumber(number) && test(number))
    ? null
    : `a list of x, y, x, y ...: ${what}, at most ${LIMITS.numbers}`;

/** THE vocabulary: each command with its fields. All of them must be there, and no other. */
export const VOCABULARY = Object.freeze({
  clear: {},
  view: { left: coordinate, right: coordinate, top: coordinate, bottom: coordinate },
  grid: { x: step, y: step },
  axes: {},
  cells: { color, at: pairs(Number.isInteger, "whole numbers") },
  line: { color, name: string(LIMITS.name), points: pairs(() => true, "numbers") },
  text: { color, x: coordinate, y: coordinate, text: string(LIMITS.text) },
  status: { text: string(LIMITS.text) },
  error: { text: string(LIMITS.text) },
  show: {},
});

/** The command in a line. Throws a DrawingError that says what is wrong with it. */
export function readCommand(line) {
  if (typeof line !== "string") throw new DrawingError("a command is text, not bytes");
  if (line.length > LIMITS.line) throw new DrawingError(`a line is at most ${LIMITS.line} long`);
  let command;
  try {
    command = JSON.parse(line);
  } catch {
    throw new DrawingError(`no JSON: ${line.slice(0, 60)}`);
  }
  if (typeof command !== "object" || command === null || Array.isArray(command)) {
    throw new DrawingError(`no object: ${line.slice(0, 60)}`);
  }
  const word = command.draw;
  if (typeof word !== "string" || !Object.hasOwn(VOCABULARY, word)) {
    throw new DrawingError(`unknown command: ${JSON.stringify(word ?? null).slice(0, 60)}`);
  }
  checkFields(word, command);
  return command;
}

function checkFields(word, command) {
  const fields = VOCABULARY[word];
  for (const name of Object.keys(command)) {
    if (name !== "draw" && !Object.hasOwn(fields, name)) {
      throw new DrawingError(`${word} has no field ${JSON.stringify(name).slice(0, 60)}`);
    }
  }
  for (const [name, check] of Object.entries(fields)) {
    const wanted = Object.hasOwn(command, name) ? check(command[name]) : "there";
    if (wanted !== null) throw new DrawingError(`${word}: ${name} must be ${wanted}`);
  }
  if (word === "view") {
    checkExtent(command.left, command.right);
    checkExtent(command.top, command.bottom);
  }
}

/** Narrower, and the numbers beside the axes could not be told apart. */
function checkExtent(from, to) {
  if (Math.abs(to - from) <= 1e-6 * Math.max(1, Math.abs(from), Math.abs(to))) {
    throw new DrawingError("view: too narrow to show anything");
  }
}

const emptyScene = () => ({
  view: { left: 0, right: 1, top: 1, bottom: 0 },
  grid: null,
  axes: false,
  shapes: [],
  status: "",
});

/** What a program has drawn so far, and what of it is shown: all up to the last `show`. */
export class Picture {
  /** Replaced as a whole by `show`, never changed. */
  shown = emptyScene();
  #next = emptyScene();

  /** Takes a checked command. Returns whether there is something new to see. */
  take(command) {
    const next = this.#next;
    switch (command.draw) {
      case "clear":
        this.#next = { ...emptyScene(), view: next.view };
        break;
      case "view":
      case "grid":
        next[command.draw] = command;
        break;
      case "axes":
        next.axes = true;
        break;
      case "status":
        next.status = command.text;
        break;
      case "show":
        checkGrid(next);
        this.shown = { ...next, shapes: [...next.shapes] };
        return true;
      case "error":
        break; // The page's to tell.
      default:
        if (next.shapes.length >= LIMITS.shapes) {
          throw new DrawingError(`a picture has at most ${LIMITS.shapes} shapes (clear it)`);
        }
        next.shapes.push(command);
    }
    return false;
  }
}

function checkGrid({ view, grid }) {
  if (grid === null) return;
  const columns = Math.abs(view.right - view.left) / grid.x;
  const rows = Math.abs(view.bottom - view.top) / grid.y;
  if (Math.max(columns, rows) > LIMITS.gridLines) {
    throw new DrawingError(`a grid has at most ${LIMITS.gridLines} lines each way`);
  }
}

// The page of a program that speaks lines: a field for what is sent, buttons for what is common, and what was said.

import { Connection, showState } from "./connection.js";

/** Lines that are kept on the page, and what is shown of one, in characters. */
const ROWS_MAX = 500;
const TEXT_MAX = 4000;
/** What a person may send at once, in characters. */
const LENGTH_MAX = 200;

/**
 * Fills `#talk`. Its attributes: `data-label` of the field, `data-say`, words for buttons, apart by commas. Returns the
 * connection. `onLine(text)` is told of each line, besides.
 */
export function talk({ onLine = () => {} } = {}) {
  const place = document.querySelector("#talk");
  const log = logList();
  log.setAttribute("aria-label", "What was said");
  log.setAttribute("role", "log");
  const input = element("input", { type: "text", id: "input", maxLength: LENGTH_MAX });
  input.autocomplete = "off";
  const label = element("label", { className: "grow" }, place.dataset.label ?? "Line", input);
  const form = element("form", {}, element("fieldset", {}, label, sendButton()));
  const common = (place.dataset.say ?? "").split(",").filter(Boolean);
  const shortcuts = element("fieldset", { hidden: common.length === 0 });
  shortcuts.setAttribute("aria-label", "Common lines");
  place.replaceChildren(log, shortcuts, form);

  const connection = new Connection({
    onLine(line) {
      const text = typeof line === "string" ? line : "(bytes that are no text)";
      addRow(log, text.startsWith("error: ") ? "bad" : "in", text);
      onLine(text);
    },
    onState(state, words) {
      showState(state, words);
      if (state === "open" && matchMedia("(pointer: fine)").matches) input.focus();
    },
  });
  const say = (line) => {
    if (connection.send(line)) addRow(log, "out", line);
    return connection.isOpen;
  };
  shortcuts.append(
    ...common.map((word) => {
      const button = element("button", { type: "button" }, word);
      button.onclick = () => say(word);
      return button;
    }),
  );
  form.onsubmit = (event) => {
    event.preventDefault();
    if (say(input.value)) input.value = "";
  };
  document.querySelector("#state button").onclick = () => connection.open();
  return connection;
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function sendButton() {
  return element("button", { className: "main", id: "send" }, "Send");
}

/** Who has scrolled up stays there; else the last row is in view, at each size of the window, too. */
function logList() {
  const log = element("ol", { id: "log", tabIndex: 0 });
  log.dataset.atEnd = "";
  log.onscroll = () => {
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 8;
    if (isAtEnd) log.dataset.atEnd = "";
    else delete log.dataset.atEnd;
  };
  new ResizeObserver(() => scrollToEnd(log)).observe(log);
  return log;
}

function scrollToEnd(log) {
  if (log.dataset.atEnd !== undefined) log.scrollTop = log.scrollHeight;
}

/** A row at the end, always as text; the oldest goes. */
function addRow(log, kind, text) {
  log.append(element("li", { className: kind }, text.slice(0, TEXT_MAX)));
  if (log.childElementCount > ROWS_MAX) log.firstElementChild.remove();
  scrollToEnd(log);
}

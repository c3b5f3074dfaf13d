// The Terminal view: xterm.js between the window and the WebSocket, and the session's state in words.

import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { closeInWords } from "./close-words.js";
import { connect } from "./connection.js";
import { keyRow } from "./key-row.js";
import { followTheme } from "./themes.js";

/** Columns and rows: what the server takes. */
const SIDE_MAX = 1000;
/** Bytes of a message: far below any --maxframesize that is of use. */
const MESSAGE_SIZE_MAX = 16 * 1024;

const $ = (id) => document.getElementById(id);
const isReadonly = document.body.dataset.access === "readonly";
const terminal = new Terminal({
  cursorBlink: !isReadonly,
  disableStdin: isReadonly,
  fontFamily: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSize: innerWidth < 640 ? 12 : 14,
  macOptionIsMeta: true,
  scrollback: 5000,
});
const fit = new FitAddon();
const encoder = new TextEncoder();
let connection = null;

function show(state, words) {
  $("state").dataset.state = state;
  $("state").textContent = words;
  $("reconnect").hidden = connection !== null;
  $("paste").hidden = connection === null || isReadonly || !navigator.clipboard?.readText;
}

/** That of the page, or, where it has a path of its own, what stands behind `#`. */
function address() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const isApart = location.pathname === "/.websockd/console";
  const own = isApart ? "/" : location.pathname + location.search;
  const target = location.hash.startsWith("#/") ? location.hash.slice(1) : own;
  return `${scheme}://${location.host}${target}`;
}

function begin() {
  const mine = connect(address(), {
    opened() {
      show("open", "connected");
      tellSize();
    },
    show: (data) => new Promise((done) => terminal.write(data, done)),
    ended(code, reason, words = closeInWords(code)) {
      if (connection !== mine) return;
      connection = null;
      const isKnown = code === 1000 || code > 4000 || reason === "";
      show(code === 1000 ? "closed" : "failed", isKnown ? words : `${words} (“${reason}”)`);
      const ways = matchMedia("(pointer: coarse)").matches ? "" : " - Enter connects again";
      // Leaving the other screen moves the cursor: not where there is none to leave.
      const leave = terminal.buffer.active.type === "alternate" ? "\x1b[?1049l" : "";
      const line = leave === "" && terminal.buffer.active.cursorX === 0 ? "" : "\r\n";
      terminal.write(`${leave}\x1b[0m\x1b[?25h${line}\x1b[90m[${words}${ways}]\x1b[0m\r\n`);
    },
  });
  connection = mine;
  show("connecting", "connecting");
  terminal.focus();
}

function again() {
  if (connection !== null) return;
  terminal.reset();
  begin();
}

function tellSize() {
  const { cols, rows } = terminal;
  connection?.send(JSON.stringify({ type: "resize", cols, rows }));
}

function send(bytes) {
  if (isReadonly) return;
  for (let at = 0; at < bytes.length; at += MESSAGE_SIZE_MAX) {
    connection?.send(bytes.slice(at, at + MESSAGE_SIZE_MAX));
  }
}

function fitToWindow() {
  const { cols, rows } = fit.proposeDimensions() ?? {};
  if (!(cols > 0 && rows > 0)) return;
  terminal.resize(Math.min(cols, SIDE_MAX), Math.min(rows, SIDE_MAX));
}

function said(button, word) {
  const { textContent } = button;
  button.textContent = word;
  setTimeout(() => (button.textContent = textContent), 1500);
}

async function copy() {
  const text = terminal.getSelection();
  try {
    if (text !== "") await navigator.clipboard.writeText(text);
  } catch {
    // Not over plain HTTP from elsewhere: xterm.js answers the event of the older way.
    document.execCommand("copy");
  }
}

terminal.loadAddon(fit);
terminal.open($("terminal"));
followTheme((theme) => (terminal.options.theme = theme));
const typed = keyRow($("keys"), terminal);
terminal.onData((text) => {
  if (connection === null && text === "\r") again();
  else send(encoder.encode(typed(text)));
});
terminal.onBinary((text) => send(Uint8Array.from(text, (char) => char.charCodeAt(0))));
terminal.onResize(tellSize);
terminal.onTitleChange((title) => (document.title = title || "websockd console"));
terminal.attachCustomKeyEventHandler((event) => {
  const { type, ctrlKey, shiftKey, code } = event;
  // Enter is no key for the program where there is none, and where keys are not taken.
  if (type === "keydown" && code === "Enter" && isReadonly && connection === null) again();
  if (!ctrlKey || !shiftKey) return true;
  if (code === "KeyV") return false;
  if (code !== "KeyC") return true;
  if (type === "keydown") void copy();
  event.preventDefault();
  return false;
});

$("readonly").hidden = !isReadonly;
$("reconnect").onclick = again;
$("copy").onclick = async () => {
  const isEmpty = terminal.getSelection() === "";
  await copy();
  said($("copy"), isEmpty ? "Select first" : "Copied");
  terminal.focus();
};
$("paste").onclick = async () => {
  try {
    terminal.paste(await navigator.clipboard.readText());
  } catch {
    said($("paste"), "Not allowed");
  }
  terminal.focus();
};

// A phone's keyboard covers the page and does not resize it everywhere.
visualViewport?.addEventListener("resize", () => {
  document.body.style.height = visualViewport.scale === 1 ? `${visualViewport.height}px` : "";
});
new ResizeObserver(() => requestAnimationFrame(fitToWindow)).observe($("terminal"));
fitToWindow();
begin();

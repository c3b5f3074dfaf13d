// A WebSocket to the program behind this page, opened again when it is lost; says in words how it stands.

/** Waits between attempts, in milliseconds: the last one again and again. */
const WAITS_MS = [500, 1000, 2000, 4000, 8000];
/** Lines that may wait in the browser before `send` refuses more, in bytes. */
const WAITING_MAX = 1 << 20;

/** Close codes that websockd makes of a program's own end: another one may not be wanted. */
function endInWords(code) {
  if (code === 1000) return "the program ended";
  if (code >= 4300 && code < 4400) return `the program was ended by signal ${code - 4300}`;
  if (code >= 4000 && code < 4300) return `the program ended with status ${code - 4000}`;
  return null;
}

export class Connection {
  #socket = null;
  #timer = 0;
  #attempts = 0;
  #handlers;

  /** `onOpen()`, `onLine(text)` for each message, `onState(state, words)`: connecting, open, lost, ended. */
  constructor(handlers) {
    this.#handlers = handlers;
    this.open();
    addEventListener("online", () => this.open());
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Connects now, unless it is connected or about to be. */
  open() {
    if (this.#socket !== null) return;
    clearTimeout(this.#timer);
    this.#handlers.onState("connecting", "connecting …");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${location.pathname}`);
    this.#socket = socket;
    socket.onopen = () => {
      this.#attempts = 0;
      this.#handlers.onState("open", "connected");
      this.#handlers.onOpen?.();
    };
    socket.onmessage = ({ data }) => this.#handlers.onLine(data);
    socket.onclose = ({ code }) => this.#closed(code);
  }

  /** Sends one line. Returns false when it cannot: what is not sent is not kept. */
  send(line) {
    if (!this.isOpen || this.#socket.bufferedAmount > WAITING_MAX) return false;
    this.#socket.send(line);
    return true;
  }

  #closed(code) {
    this.#socket = null;
    const end = endInWords(code);
    if (end !== null) return this.#handlers.onState("ended", end);
    const wait = WAITS_MS[Math.min(this.#attempts++, WAITS_MS.length - 1)];
    this.#handlers.onState("lost", "lost, trying again");
    this.#timer = setTimeout(() => this.open(), wait);
  }
}

/** Shows how a connection stands in `#state`, with a button to connect, and turns off what needs one. */
export function showState(state, words) {
  const place = document.querySelector("#state");
  place.dataset.state = state;
  place.querySelector("span").textContent = words;
  const button = place.querySelector("button");
  button.hidden = state !== "lost" && state !== "ended";
  button.textContent = state === "ended" ? "Start it again" : "Connect now";
  for (const part of document.querySelectorAll("fieldset")) part.disabled = state !== "open";
}

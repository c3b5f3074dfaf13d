// The page's WebSocket: where the browser can, one that is read no faster than the terminal shows what comes.

/** Bytes that may wait to be shown where it can: enough for xterm.js to be busy, little enough for Ctrl-C to be felt. */
const AHEAD_MAX = 512 * 1024;
/** Bytes that may wait to be shown where it cannot: more is the end of the session, for xterm.js would drop them. */
const WAITING_MAX = 32 * 1024 * 1024;
const FLOOD = "the program wrote faster than this page shows";

/**
 * `show(data)` resolves when it was shown; `ended(code, reason, words)` comes once, after all that was said.
 * Returns `send` and `close`.
 */
export function connect(url, handler) {
  return "WebSocketStream" in globalThis ? byStream(url, handler) : bySocket(url, handler);
}

function byStream(url, { opened, show, ended }) {
  const stream = new WebSocketStream(url);
  let writer = null;
  let waiting = 0;
  let shown = Promise.resolve();
  const run = async () => {
    const { readable, writable } = await stream.opened;
    writer = writable.getWriter();
    opened();
    for (const reader = readable.getReader(); ;) {
      const { value, done } = await reader.read();
      if (done) return shown;
      const chunk = typeof value === "string" ? value : new Uint8Array(value);
      waiting += chunk.length;
      shown = show(chunk).then(() => void (waiting -= chunk.length));
      if (waiting > AHEAD_MAX) await shown;
    }
  };
  const quietly = () => {};
  run()
    .catch(quietly)
    .then(() => stream.closed)
    .then(
      ({ closeCode, reason }) => ended(closeCode, reason),
      (error) => ended(error.closeCode ?? 1006, error.reason ?? ""),
    );
  return {
    send: (data) => void writer?.write(data).catch(quietly),
    close: () => stream.close({ closeCode: 1000 }),
  };
}

function bySocket(url, { opened, show, ended }) {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  let waiting = 0;
  let shown = Promise.resolve();
  socket.onopen = opened;
  socket.onmessage = ({ data }) => {
    const chunk = typeof data === "string" ? data : new Uint8Array(data);
    if (waiting > WAITING_MAX) {
      // The answer would come behind all that is under way.
      socket.onmessage = socket.onclose = null;
      socket.close(1000);
      void shown.then(() => ended(1000, "", FLOOD));
      return;
    }
    waiting += chunk.length;
    shown = show(chunk).then(() => void (waiting -= chunk.length));
  };
  socket.onclose = ({ code, reason }) => void shown.then(() => ended(code, reason));
  return {
    send: (data) => socket.readyState === 1 && socket.send(data),
    close: () => socket.close(1000),
  };
}

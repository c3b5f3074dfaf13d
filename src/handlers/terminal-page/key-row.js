// The row of keys that phones have not; Ctrl is for the next key.

const KEYS = { Escape: "\x1b", Tab: "\t" };
const ARROWS = { ArrowUp: "A", ArrowDown: "B", ArrowRight: "C", ArrowLeft: "D" };

/** Returns what becomes of text that is typed: of one letter behind Ctrl its control character. */
export function keyRow(row, terminal) {
  const control = row.querySelector('[data-key="Control"]');
  const isHeld = () => control.getAttribute("aria-pressed") === "true";
  const hold = (held) => control.setAttribute("aria-pressed", String(held));
  // The focus stays where it is: else the phone's keyboard would go.
  row.addEventListener("pointerdown", (event) => event.preventDefault());
  row.addEventListener("mousedown", (event) => event.preventDefault());
  row.addEventListener("click", ({ target }) => {
    const { key } = target.dataset;
    if (key === undefined) return;
    if (key === "Control") hold(!isHeld());
    else terminal.input(KEYS[key] ?? arrow(ARROWS[key]));
    terminal.focus();
  });
  const arrow = (letter) => {
    if (isHeld()) return `\x1b[1;5${letter}`;
    return (terminal.modes.applicationCursorKeysMode ? "\x1bO" : "\x1b[") + letter;
  };
  return (text) => {
    if (!isHeld()) return text;
    hold(false);
    return /^[@-_a-z]$/.test(text) ? String.fromCharCode(text.charCodeAt(0) & 0x1f) : text;
  };
}

// The sixteen colours on light and on dark, each legible on its ground.

const DARK = {
  background: "#1e2125",
  foreground: "#e6e6e3",
  cursor: "#e6e6e3",
  cursorAccent: "#1e2125",
  selectionBackground: "#3d5a80",
  black: "#3a3f46",
  red: "#f2777a",
  green: "#7fc98f",
  yellow: "#e5c07b",
  blue: "#7cabf0",
  magenta: "#c99be8",
  cyan: "#6cc7c7",
  white: "#d5d5d0",
  brightBlack: "#868d96",
  brightRed: "#ff9c9a",
  brightGreen: "#a1e3ae",
  brightYellow: "#f5d99a",
  brightBlue: "#a6c8fa",
  brightMagenta: "#dfbdf5",
  brightCyan: "#98e3e3",
  brightWhite: "#ffffff",
};

const LIGHT = {
  background: "#ffffff",
  foreground: "#1d1f21",
  cursor: "#1d1f21",
  cursorAccent: "#ffffff",
  selectionBackground: "#b9d2f5",
  black: "#1d1f21",
  red: "#b3261e",
  green: "#1a7a45",
  yellow: "#8a6100",
  blue: "#1f5fbf",
  magenta: "#8b3fae",
  cyan: "#0b7285",
  white: "#d9d9d4",
  brightBlack: "#63686e",
  brightRed: "#d0342c",
  brightGreen: "#1f8a4f",
  brightYellow: "#9c6f00",
  brightBlue: "#2f74da",
  brightMagenta: "#a052c4",
  brightCyan: "#0e8599",
  brightWhite: "#f6f6f4",
};

/** Calls with the one that the person prefers, now and whenever that changes. */
export function followTheme(use) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const tell = () => use(dark.matches ? DARK : LIGHT);
  dark.addEventListener("change", tell);
  tell();
}

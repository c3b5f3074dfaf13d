// The page of the counter: a talk as any, with the last number in large.

import { talk } from "../lines.js";

const number = document.querySelector("#number");

talk({
  onLine(line) {
    if (/^\d{1,15}$/.test(line)) number.textContent = line;
  },
});

// Loaded before the program (`--preload`): prints, when that ends, which files were loaded; of a worker's, nothing.

import { WORKER_VARIABLE } from "../../src/server/own-variables.ts";

// Workers are started with the same words for Bun.
const isWorker = process.env[WORKER_VARIABLE] !== undefined;
process.on("exit", () => {
  if (isWorker) return;
  for (const path of Object.keys(require.cache)) console.log(path);
});

// Loaded before the program (`--preload`): prints, when that ends, which files were loaded.

process.on("exit", () => {
  for (const path of Object.keys(require.cache)) console.log(path);
});

// A client for where the tests themselves are not: bun echo-once.ts URL; it says what a line came back as.

const socket = new WebSocket(process.argv[2]!);
socket.addEventListener("open", () => socket.send("echoed"));
socket.addEventListener("message", ({ data }) => {
  console.log(data);
  socket.close(1000);
});
socket.addEventListener("close", ({ code }) => process.exit(code === 1000 ? 0 : 1));

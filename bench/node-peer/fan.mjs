// The fan benchmark's other side: a room that everybody listens to, with the library that everybody takes. It keeps nothing: no log, no
// resume, no order across a restart. WebSocket only and without compression, which is how it is fastest.
//
// usage: node fan.mjs      (prints one JSON line with its address)
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });
io.on("connection", (socket) => {
  socket.on("subscribe", (room, done) => {
    socket.join(room);
    done();
  });
  socket.on("publish", (room, event) => io.to(room).emit("event", event));
});
http.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ addr: `127.0.0.1:${http.address().port}` }));
});

// The benchmark's other side: the same job as an Electron developer would do it in the main process, with the two libraries that
// everybody takes. It connects, subscribes, parses each message, and writes batches of 1,000 in a transaction into the same tables with
// the same indexes and pragmas. It does *less* than the console: no projections, no alerts, no feeds.
//
// usage: node peer.mjs URL DATABASE COUNT      (the database has its tables already)
import Database from "better-sqlite3";
import WebSocket from "ws";

const [url, file, countText] = process.argv.slice(2);
const count = Number(countText);
const BATCH = 1000;
const FLUSH_MS = 50;

const db = new Database(file);
for (const pragma of ["journal_mode = WAL", "synchronous = NORMAL", "cache_size = -65536", "temp_store = MEMORY", "wal_autocheckpoint = 8192"]) {
  db.pragma(pragma);
}
const insert = db.prepare(
  `INSERT OR IGNORE INTO events(seq, id, source, channel, kind, offset, occurred_at, received_at, severity, subject, actor, payload)
   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
);
const insertName = db.prepare("INSERT INTO names(id, name) VALUES (?, ?)");
const savePosition = db.prepare("INSERT INTO positions VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET epoch = excluded.epoch, offset = excluded.offset");

const names = new Map();
function nameOf(name) {
  let id = names.get(name);
  if (id === undefined) {
    id = names.size + 1;
    insertName.run(id, name);
    names.set(name, id);
  }
  return id;
}

let seq = 0;
let epoch = "";
const commit = db.transaction((messages) => {
  for (const { channel, offset, id, data, receivedAt } of messages) {
    const subject = data.productId === undefined ? null : `product:${data.productId}`;
    insert.run(
      ++seq, id, nameOf("bench"), nameOf(channel), nameOf(data.type), offset, data.timestamp, receivedAt, 0,
      subject, data.operator ?? null, JSON.stringify(data),
    );
  }
  const last = messages[messages.length - 1];
  savePosition.run("bench", last.channel, epoch, last.offset);
});

let waiting = [];
let timer = null;
function flush() {
  clearTimeout(timer);
  timer = null;
  if (waiting.length === 0) return;
  const batch = waiting;
  waiting = [];
  commit(batch);
  if (seq >= count) finish();
}

const socket = new WebSocket(url, "watchdeck.v1", { perMessageDeflate: false });
socket.on("message", (bytes) => {
  const message = JSON.parse(bytes);
  switch (message.type) {
    case "hello":
      for (const channel of message.channels) socket.send(JSON.stringify({ type: "subscribe", channel }));
      break;
    case "subscribed":
      epoch = message.position.epoch;
      break;
    case "event":
      message.receivedAt = Date.now();
      waiting.push(message);
      if (waiting.length >= BATCH) flush();
      else timer ??= setTimeout(flush, FLUSH_MS);
      break;
  }
});
socket.on("error", (error) => {
  console.error(`peer: ${error.message}`);
  process.exit(1);
});

function finish() {
  const doneUs = Math.round((performance.timeOrigin + performance.now()) * 1000);
  const { stored } = db.prepare("SELECT count(*) AS stored FROM events").get();
  console.log(JSON.stringify({ done_us: doneUs, events: stored }));
  socket.terminate();
  db.close();
  process.exit(stored === count ? 0 : 1);
}

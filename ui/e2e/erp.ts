// An ERP's WebSocket server as measured: it opens to everybody, looks at the session cookie afterwards, and turns away with close 1008 and a reason.
// Our own code on a real socket; it speaks no more of RFC 6455 than short frames.

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
/** Between two changes of stock, ms. */
const PACE = 200;

function frame(opcode: number, payload: Buffer): Buffer {
  const head = payload.length < 126 ? Buffer.from([0x80 | opcode, payload.length]) : Buffer.from([0x80 | opcode, 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, payload]);
}

function refusal(reason: string): Buffer {
  const words = Buffer.from(reason);
  const code = Buffer.alloc(2);
  code.writeUInt16BE(1008);
  return frame(CLOSE, Buffer.concat([code, words]));
}

export class Erp {
  /** Sessions opened so far, refused ones too. */
  opened = 0;
  /** Something between here and there lets no WebSocket through. */
  blocked = false;
  /** How far its clock is ahead of everybody else's, ms. */
  ahead = 0;
  readonly #server: Server;
  readonly #open = new Set<Duplex>();
  readonly #timer: NodeJS.Timeout;
  #session: string;
  #stock = 1_000;
  /** What was published, for `/history?from=…&to=…`. */
  readonly #log: { channel: string; data: { timestamp: number }; ts: number }[] = [];

  private constructor(server: Server, session: string) {
    this.#server = server;
    this.#session = session;
    server.on("upgrade", (request, socket) => this.#greet(request, socket));
    this.#timer = setInterval(() => this.#sell(), PACE);
    server.on("request", (request: IncomingMessage, answer: ServerResponse) => this.#remember(request, answer));
  }

  /** `session` is the value of the cookie that it accepts. */
  static async start(session: string): Promise<Erp> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Erp(server, session);
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `ws://127.0.0.1:${port}`;
  }

  /** Sessions that are open and not refused. */
  get listeners(): number {
    return this.#open.size;
  }

  /** From now on another cookie is wanted; who is here is sent away. */
  expire(session: string): void {
    this.#session = session;
    for (const socket of this.#open) socket.end(refusal("Token expired"));
    this.#open.clear();
  }

  /** The line breaks, for everybody. */
  cut(): void {
    for (const socket of this.#open) socket.destroy();
    this.#open.clear();
  }

  /** Say it as it is, sense or not. */
  say(text: string): void {
    for (const socket of this.#open) socket.write(frame(TEXT, Buffer.from(text)));
  }

  /** Tell of something that happened `ago` ms ago: a change of stock, unless `data` and `channel` say what else. */
  publish(data: object, ago = 0, channel = "inventory"): void {
    const ts = this.#now();
    const event = { channel, data: { type: "inventory:change", ...data, timestamp: ts - ago }, ts };
    this.#log.push(event);
    this.say(JSON.stringify(event));
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#open) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #greet(request: IncomingMessage, socket: Duplex): void {
    if (this.blocked) {
      socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${GUID}`).digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nDate: ${new Date(this.#now()).toUTCString()}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    this.opened += 1;
    socket.on("error", () => this.#open.delete(socket));
    socket.on("close", () => this.#open.delete(socket));
    socket.on("data", (bytes: Buffer) => {
      const opcode = (bytes[0] ?? 0) & 0x0f;
      if (opcode === PING) socket.write(frame(PONG, Buffer.alloc(0)));
      if (opcode === CLOSE) socket.end(frame(CLOSE, Buffer.alloc(0)));
    });
    const cookie = request.headers.cookie ?? "";
    const given = /(?:^|; )(?:__Secure-)?next-auth\.session-token=([^;]*)/.exec(cookie)?.[1];
    if (given === this.#session) this.#open.add(socket);
    else socket.end(refusal(cookie === "" ? "No cookies provided" : given === undefined ? "No session token found" : "Token expired"));
  }

  #now(): number {
    return Date.now() + this.ahead;
  }

  /** Answers `GET /history?from=…&to=…` with what was published in between, and nothing else. */
  #remember(request: IncomingMessage, answer: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://erp");
    answer.setHeader("date", new Date(this.#now()).toUTCString());
    if (url.pathname !== "/history") {
      answer.writeHead(404).end();
      return;
    }
    const [from, to] = ["from", "to"].map((name) => Number(url.searchParams.get(name)));
    const found = this.#log.filter((event) => event.data.timestamp >= (from ?? 0) && event.data.timestamp <= (to ?? 0));
    answer.setHeader("content-type", "application/json");
    answer.end(JSON.stringify(found));
  }

  #sell(): void {
    const before = this.#stock;
    this.#stock -= 1;
    this.publish({ action: "outbound", productId: "E2E-1", productName: "Oak board of the test", oldQuantity: before, newQuantity: this.#stock, changeAmount: -1, operator: "Emma Clarke" });
  }
}

// An ERP's WebSocket server as measured: it opens to everybody, looks at the session cookie afterwards, and turns away with close 1008 and a reason.
// Our own code on a real socket; it speaks no more of RFC 6455 than short frames.

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
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
  readonly #server: Server;
  readonly #open = new Set<Duplex>();
  readonly #timer: NodeJS.Timeout;
  #session: string;
  #stock = 1_000;

  private constructor(server: Server, session: string) {
    this.#server = server;
    this.#session = session;
    server.on("upgrade", (request, socket) => this.#greet(request, socket));
    this.#timer = setInterval(() => this.#sell(), PACE);
  }

  /** `session` is the value of the cookie that it accepts. */
  static async start(session: string): Promise<Erp> {
    const server = createServer((_, answer) => answer.writeHead(404).end());
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

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#open) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #greet(request: IncomingMessage, socket: Duplex): void {
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${GUID}`).digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    this.opened += 1;
    socket.on("error", () => this.#open.delete(socket));
    socket.on("close", () => this.#open.delete(socket));
    socket.on("data", (bytes: Buffer) => {
      const opcode = (bytes[0] ?? 0) & 0x0f;
      if (opcode === PING) socket.write(frame(PONG, Buffer.alloc(0)));
      if (opcode === CLOSE) socket.end(frame(CLOSE, Buffer.alloc(0)));
    });
    const cookie = request.headers.cookie ?? "";
    const given = /(?:^|; )next-auth\.session-token=([^;]*)/.exec(cookie)?.[1];
    if (given === this.#session) this.#open.add(socket);
    else socket.end(refusal(cookie === "" ? "No cookies provided" : given === undefined ? "No session token found" : "Token expired"));
  }

  #sell(): void {
    const before = this.#stock;
    this.#stock -= 1;
    const now = Date.now();
    const data = { type: "inventory:change", timestamp: now, action: "outbound", productId: "E2E-1", productName: "Oak board of the test", oldQuantity: before, newQuantity: this.#stock, changeAmount: -1, operator: "Emma Clarke" };
    const message = frame(TEXT, Buffer.from(JSON.stringify({ channel: "inventory", data, ts: now })));
    for (const socket of this.#open) socket.write(message);
  }
}

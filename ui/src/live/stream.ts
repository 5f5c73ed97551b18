// The stream as a store that React can read: `subscribe` and `state`. Batches are taken as they come; readers are told when the painter draws, at once
// of what must not wait (`pace.ts`), and never while the window is hidden: it is told of everything when it is shown again.

import type { Batch } from "@/bindings/Batch";
import type { CommandError, Host } from "@/host";
import { follow } from "./follow";
import { happenedAt } from "./late";
import { urgent } from "./pace";
import { PaintedLog } from "./painted";
import { Painter } from "./painter";
import { continued, failed, INITIAL, type LiveState, restarted } from "./state";

/** Rows of one frame whose latency is sampled, at most. */
const SAMPLED = 200;

/** Later than this an event is history; how long its row took says nothing about the line. */
const LATE_MS = 10_000;

export class Stream {
  readonly #host: Host;
  readonly #listeners = new Set<() => void>();
  readonly #takers = new Set<() => void>();
  readonly #painted = new PaintedLog();
  #unpainted: number[] = [];
  readonly #painter: Painter;
  #taken: LiveState = INITIAL;
  #told: LiveState = INITIAL;

  constructor(host: Host, painter = new Painter()) {
    this.#host = host;
    this.#painter = painter;
  }

  /** What readers were told last; a new object whenever something changed. */
  readonly state = (): LiveState => this.#told;

  /** Everything that was taken, told or not. */
  readonly taken = (): LiveState => this.#taken;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** For what draws nothing and goes on while the window is hidden: told of every batch, of `taken`. */
  readonly subscribeTaken = (listener: () => void): (() => void) => {
    this.#takers.add(listener);
    return () => this.#takers.delete(listener);
  };

  /** Follow the core until `signal` aborts. */
  run(signal: AbortSignal): Promise<void> {
    const shown = () => this.#painter.request(false);
    document.addEventListener("visibilitychange", shown, { signal });
    const leave = this.#painter.add(this.#tell);
    signal.addEventListener("abort", () => {
      leave();
      this.#painter.stop();
    });
    return follow(
      this.#host,
      {
        restarted: (batch) => this.#move(restarted(this.#taken, batch, Date.now()), batch),
        continued: (batch) => {
          this.#noteForPaint(batch);
          this.#move(continued(this.#taken, batch, Date.now()), batch);
        },
        failed: (error: CommandError) => this.#move(failed(this.#taken, error, Date.now()), null),
      },
      signal,
    );
  }

  #move(state: LiveState, batch: Batch | null): void {
    const atOnce = urgent(this.#taken, state, batch?.events ?? []);
    this.#taken = state;
    for (const taker of this.#takers) taker();
    if (document.hidden) return;
    if (this.#told === INITIAL) this.#painter.now();
    else this.#painter.request(atOnce);
  }

  readonly #tell = (): void => {
    if (this.#told === this.#taken) return;
    this.#told = this.#taken;
    for (const listener of this.#listeners) listener();
    if (this.#unpainted.length === 0) return;
    const rows = this.#unpainted;
    this.#unpainted = [];
    // React has rendered when this task runs, and the frame of this tick is on the screen.
    requestAnimationFrame(() => setTimeout(() => this.#report(rows), 0));
  };

  #noteForPaint(batch: Batch): void {
    if (document.hidden) return;
    const offset = this.#taken.clockOffset;
    // What is asked for now and then waited for the question, not for the line.
    const asked = new Set(batch.frame.sources.filter((source) => source.polling).map((source) => source.id));
    let noted = 0;
    for (const row of batch.events) {
      // A row from the future says that the clocks differ by more than is known; it measures nothing.
      if (row.latency_ms === null || row.latency_ms < 0 || row.latency_ms >= LATE_MS || asked.has(row.source)) continue;
      // From the publisher to the screen: the whole way, not only ours.
      this.#unpainted.push(happenedAt(row) - offset);
      noted += 1;
      if (noted === SAMPLED) break;
    }
    if (this.#unpainted.length > 4 * SAMPLED) this.#unpainted = this.#unpainted.slice(-4 * SAMPLED);
  }

  #report(rows: readonly number[]): void {
    const now = Date.now();
    this.#painted.add(rows, now);
    const samples = this.#painted.take(now);
    // A lost report is a lost measurement, nothing else; the follow loop says when the core is gone.
    if (samples !== null) this.#host.call("painted", { samples }).catch(() => undefined);
  }
}

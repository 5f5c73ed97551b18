// The stream as a store that React can read: `subscribe` and `state`. Batches change the state at once; readers are told once a frame.

import type { Batch } from "@/bindings/Batch";
import type { CommandError, Host } from "@/host";
import { follow } from "./follow";
import { happenedAt } from "./late";
import { PaintedLog } from "./painted";
import { continued, failed, INITIAL, type LiveState, restarted } from "./state";

/** Rows of one frame whose latency is sampled, at most. */
const SAMPLED = 200;

/** Later than this an event is history; how long its row took says nothing about the line. */
const LATE_MS = 10_000;

export class Stream {
  readonly #host: Host;
  readonly #listeners = new Set<() => void>();
  readonly #painted = new PaintedLog();
  #unpainted: number[] = [];
  #scheduled = false;
  #state: LiveState = INITIAL;

  constructor(host: Host) {
    this.#host = host;
  }

  /** The present state; a new object whenever something changed. */
  readonly state = (): LiveState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Follow the core until `signal` aborts. */
  run(signal: AbortSignal): Promise<void> {
    return follow(
      this.#host,
      {
        restarted: (batch) => this.#move(restarted(this.#state, batch, Date.now())),
        continued: (batch) => {
          this.#noteForPaint(batch);
          this.#move(continued(this.#state, batch, Date.now()));
        },
        failed: (error: CommandError) => this.#move(failed(this.#state, error, Date.now())),
      },
      signal,
    );
  }

  #move(state: LiveState): void {
    this.#state = state;
    if (this.#scheduled) return;
    this.#scheduled = true;
    // A hidden window gets no animation frames, but its title still counts what waits.
    if (document.hidden) setTimeout(this.#tick, 500);
    else requestAnimationFrame(this.#tick);
  }

  readonly #tick = (): void => {
    this.#scheduled = false;
    for (const listener of this.#listeners) listener();
    if (this.#unpainted.length === 0) return;
    const rows = this.#unpainted;
    this.#unpainted = [];
    // React has rendered when this task runs, and the frame of this tick is on the screen.
    requestAnimationFrame(() => setTimeout(() => this.#report(rows), 0));
  };

  #noteForPaint(batch: Batch): void {
    if (document.hidden) return;
    const offset = this.#state.clockOffset;
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

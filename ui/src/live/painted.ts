// How long it takes from an event's arrival on this machine to its row on the screen. Measured after the paint, reported at most once a second.
//
// Only rows that came live count: rows of the first answer waited for the window, not for the paint. A hidden window paints nothing and reports nothing.

/** Most samples in one report; at high rates the newest of each frame stand for the rest. */
const MOST = 240;

export class PaintedLog {
  #samples: number[] = [];
  #lastReport = 0;

  add(receivedAt: readonly number[], paintedAt: number): void {
    for (const at of receivedAt) {
      if (this.#samples.length >= MOST) return;
      this.#samples.push(Math.max(0, paintedAt - at));
    }
  }

  /** The report that is due now, or null. */
  take(now: number): number[] | null {
    if (this.#samples.length === 0 || now - this.#lastReport < 1_000) return null;
    const samples = this.#samples;
    this.#samples = [];
    this.#lastReport = now;
    return samples;
  }
}

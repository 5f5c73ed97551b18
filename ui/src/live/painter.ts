// The one moment at which what came is drawn. The stream, the views and the clock ask for it, and whatever they have is drawn in one frame: twice a
// second at most, at once when asked so, and never while the window is hidden.

import { waitFor } from "./pace";

export class Painter {
  readonly #parts = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #frame: number | undefined;
  #last = -Infinity;

  /** Calls `part` in each frame, in the order of being added, until the answer is called. */
  readonly add = (part: () => void): (() => void) => {
    this.#parts.add(part);
    return () => this.#parts.delete(part);
  };

  /** Ask for a frame. While the window is hidden nothing is asked for: whoever has something asks again when it is shown. */
  readonly request = (atOnce: boolean): void => {
    if (document.hidden || this.#frame !== undefined) return;
    const wait = waitFor(performance.now(), this.#last, atOnce);
    if (wait > 0) {
      this.#timer ??= setTimeout(this.#due, wait);
      return;
    }
    this.stop();
    this.#due();
  };

  /** Draw now, without a frame. For the first answer, which is what the window opens with. */
  readonly now = (): void => {
    this.stop();
    this.#draw();
  };

  /** Forget what was asked for. */
  readonly stop = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  };

  readonly #due = (): void => {
    this.#timer = undefined;
    if (!document.hidden) this.#frame = requestAnimationFrame(this.#draw);
  };

  readonly #draw = (): void => {
    this.#frame = undefined;
    this.#last = performance.now();
    for (const part of this.#parts) part();
  };
}

// A page's view: fetched when somebody looks and whenever its version moved, at most four times a second, one request at a time.
// The last good answer stays on screen with its age; an error stands beside it, not in its place.

import { type Answer, CommandError, type Host, isAbort, type ViewName } from "@/host";

/** Shortest time between two fetches, ms. */
const PACE = 250;
/** A failed fetch is tried again after this, ms. */
const RETRY = 2_000;

export interface ViewState<N extends ViewName> {
  /** The last good answer. */
  readonly data: Answer<N> | null;
  /** When it was fetched, by this machine's clock. */
  readonly at: number | null;
  /** Why the newest fetch failed; null when it did not. */
  readonly error: CommandError | null;
}

export class ViewFeed<N extends ViewName> {
  readonly #host: Host;
  readonly #name: N;
  readonly #version: () => number | null;
  readonly #follow: (listener: () => void) => () => void;
  readonly #listeners = new Set<() => void>();
  #state: ViewState<N> = { data: null, at: null, error: null };
  #fetchedVersion: number | null = null;
  #stop: AbortController | null = null;
  #busy = false;
  #lastStart = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `version` reads the view's number out of the stream, `follow` tells when it may have moved. */
  constructor(host: Host, name: N, version: () => number | null, follow: (listener: () => void) => () => void) {
    this.#host = host;
    this.#name = name;
    this.#version = version;
    this.#follow = follow;
  }

  readonly state = (): ViewState<N> => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#close();
    };
  };

  /** Fetch now, whatever the version says (after an action of the user). */
  readonly refresh = (): void => {
    this.#fetchedVersion = null;
    this.#consider();
  };

  #open(): void {
    const stop = new AbortController();
    this.#stop = stop;
    const unfollow = this.#follow(() => this.#consider());
    stop.signal.addEventListener("abort", unfollow);
    this.refresh();
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#stop?.abort();
    this.#stop = null;
  }

  #consider(): void {
    const stop = this.#stop;
    if (stop === null || this.#busy || this.#timer !== undefined) return;
    const version = this.#version();
    const current = this.#fetchedVersion !== null && version === this.#fetchedVersion;
    if (current && this.#state.error === null) return;
    const wait = this.#lastStart + (this.#state.error === null || this.#fetchedVersion === null ? PACE : RETRY) - performance.now();
    if (wait > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#consider();
      }, wait);
      return;
    }
    void this.#fetch(version ?? 0, stop.signal);
  }

  async #fetch(version: number, signal: AbortSignal): Promise<void> {
    this.#busy = true;
    this.#lastStart = performance.now();
    try {
      const data = await this.#host.call(this.#name, {} as never, signal);
      this.#fetchedVersion = version;
      this.#move({ data, at: Date.now(), error: null });
    } catch (thrown) {
      if (!isAbort(thrown)) {
        this.#fetchedVersion = version;
        this.#move({ ...this.#state, error: CommandError.from(thrown) });
      }
    } finally {
      this.#busy = false;
      this.#consider();
    }
  }

  #move(state: ViewState<N>): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

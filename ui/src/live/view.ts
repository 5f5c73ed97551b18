// A page's view: fetched when somebody looks and whenever its version moved, at most once a second, one request at a time. What came is told when the
// painter draws, together with everything else; the first answer, an error and what somebody asked for is drawn at once. The last good answer stays on screen with its age; an error stands beside it, not in its place.

import { type Answer, CommandError, type Host, isAbort, type ViewName } from "@/host";
import { Painter } from "./painter";
import { share } from "./share";

/** Shortest time between two fetches, ms: sums and lists are read slower than rows that go by. */
const PACE = 1_000;
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
  readonly #painter: Painter;
  #came: ViewState<N> | null = null;
  #state: ViewState<N> = { data: null, at: null, error: null };
  #fetchedVersion: number | null = null;
  #asked = false;
  #stop: AbortController | null = null;
  #busy = false;
  #lastStart = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `version` reads the view's number out of the stream, `follow` tells when it may have moved. */
  constructor(host: Host, name: N, version: () => number | null, follow: (listener: () => void) => () => void, painter = new Painter()) {
    this.#painter = painter;
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

  /** Fetch now, whatever the version says (after an action of the user), and draw it at once. */
  readonly refresh = (): void => {
    this.#asked = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#consider();
  };

  #open(): void {
    const stop = new AbortController();
    this.#stop = stop;
    const unfollow = this.#follow(() => this.#consider());
    stop.signal.addEventListener("abort", unfollow);
    stop.signal.addEventListener("abort", this.#painter.add(this.#tell));
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
    const failed = (this.#came ?? this.#state).error !== null;
    if (!this.#asked && !failed && version === this.#fetchedVersion) return;
    const wait = this.#asked ? 0 : this.#lastStart + (failed ? RETRY : PACE) - performance.now();
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
    const atOnce = this.#asked || this.#state.data === null;
    this.#asked = false;
    this.#busy = true;
    this.#lastStart = performance.now();
    try {
      const data = await this.#host.call(this.#name, {} as never, signal);
      this.#move({ data, at: Date.now(), error: null }, version, atOnce || this.#state.error !== null);
    } catch (thrown) {
      if (!isAbort(thrown)) this.#move({ ...(this.#came ?? this.#state), error: CommandError.from(thrown) }, version, true);
    } finally {
      this.#busy = false;
      this.#consider();
    }
  }

  #move(state: ViewState<N>, version: number, atOnce: boolean): void {
    this.#fetchedVersion = version;
    this.#came = state;
    this.#painter.request(atOnce);
  }

  readonly #tell = (): void => {
    if (this.#came === null) return;
    this.#state = { ...this.#came, data: share(this.#state.data, this.#came.data) };
    this.#came = null;
    for (const listener of this.#listeners) listener();
  };
}

// The state of the stream as the window sees it, and the pure functions that move it.

import type { Batch } from "@/bindings/Batch";
import type { Frame } from "@/bindings/Frame";
import type { Versions } from "@/bindings/Versions";
import { caughtUp, type CatchUps, NO_CATCH_UPS } from "./catch-up";
import { filled, type Fills, NO_FILLS } from "./fills";
import { IN_ORDER, type Order, ordered } from "./late";
import { append, type Item } from "./rows";
import { share } from "./share";

/** Rows kept in memory. */
export const CAPACITY = 5_000;

/** Whether the core behind the window answers. This is about the window's own core; the links to servers are in `frame.sources`. */
export type Core =
  | { readonly kind: "starting" }
  | { readonly kind: "following" }
  | { readonly kind: "unreachable"; readonly since: number; readonly attempt: number; readonly message: string; readonly code: string };

export interface LiveState {
  readonly items: readonly Item[];
  /** Which of them stand after something that happened later. */
  readonly order: Order;
  /** Gaps that were filled: the number of events, by `gapKey`. */
  readonly fills: Fills;
  /** Sources that catch up with what they missed. */
  readonly catchUps: CatchUps;
  /** Events that came since the window opened, shown or not. */
  readonly received: number;
  /** Of those, the ones no row was sent for. */
  readonly omitted: number;
  readonly frame: Frame | null;
  readonly versions: Versions | null;
  readonly core: Core;
  /** Add to this machine's clock to get the core's, ms. */
  readonly clockOffset: number;
}

export const INITIAL: LiveState = {
  items: [],
  order: IN_ORDER,
  fills: NO_FILLS,
  catchUps: NO_CATCH_UPS,
  received: 0,
  omitted: 0,
  frame: null,
  versions: null,
  core: { kind: "starting" },
  clockOffset: 0,
};

/** The answer to `recent`: what was on screen before is replaced. */
export function restarted(state: LiveState, batch: Batch, now: number): LiveState {
  return { ...withFrame(state, batch, now), items: append([], batch.events, 0, CAPACITY), order: ordered(IN_ORDER, batch.events, 0), fills: filled(state.fills, batch.events) };
}

/** The answer to `next_batch`. */
export function continued(state: LiveState, batch: Batch, now: number): LiveState {
  const items = append(state.items, batch.events, batch.omitted, CAPACITY);
  return {
    ...withFrame(state, batch, now),
    items,
    order: ordered(state.order, batch.events, items[0]?.seq ?? 0),
    fills: filled(state.fills, batch.events),
    received: state.received + batch.events.length + batch.omitted,
    omitted: state.omitted + batch.omitted,
  };
}

/** A call failed; what is on screen stays, and is known to be old. */
export function failed(state: LiveState, error: { code: string; message: string }, now: number): LiveState {
  const before = state.core.kind === "unreachable" ? state.core : null;
  return {
    ...state,
    core: { kind: "unreachable", since: before?.since ?? now, attempt: (before?.attempt ?? 0) + 1, message: error.message, code: error.code },
  };
}

function withFrame(state: LiveState, batch: Batch, now: number): LiveState {
  const drift = batch.frame.now - now;
  // Same machine, same clock, in all but the browser over a tunnel: a small drift is the way of the answer, not of the clock.
  return { ...state, frame: share(state.frame, batch.frame), versions: share(state.versions, batch.versions), core: state.core.kind === "following" ? state.core : { kind: "following" }, catchUps: caughtUp(state.catchUps, batch.frame.sources, batch.frame.now), clockOffset: Math.abs(drift) > 2_000 ? drift : 0 };
}

// Pause is a view, never a loss: the list on screen stands still, the stream goes on behind it, and the counter says how much came meanwhile. Pure.

import type { Item } from "./rows";

/** What a list can follow: its items, and how many events there were in all. */
export interface Tail {
  readonly items: readonly Item[];
  readonly received: number;
}

/** `by` tells a pause of the user's from one made by scrolling away from the live edge, which ends by scrolling back. */
export type Pause = { readonly kind: "following" } | { readonly kind: "paused"; readonly by: "user" | "scroll"; readonly shown: Tail };

export const FOLLOWING: Pause = { kind: "following" };

export function paused(pause: Pause, live: Tail, by: "user" | "scroll"): Pause {
  if (pause.kind === "paused") return by === "user" ? { ...pause, by } : pause;
  return { kind: "paused", by, shown: live };
}

/** The items on screen. */
export function shown(pause: Pause, live: Tail): readonly Item[] {
  return pause.kind === "paused" ? pause.shown.items : live.items;
}

/** Events that came since the list stands still. */
export function hidden(pause: Pause, live: Tail): number {
  return pause.kind === "paused" ? Math.max(0, live.received - pause.shown.received) : 0;
}

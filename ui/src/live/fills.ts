// Gaps that were filled after their marker was shown: the marker's row is as it was stored, the fill is an event of its own, and they meet here. Pure.

import type { EventRow } from "@/bindings/EventRow";
import type { GapView } from "@/bindings/GapView";

/** Events fetched, by what a gap and its fill have in common. */
export type Fills = ReadonlyMap<string, number>;

export const NO_FILLS: Fills = new Map();

function key({ source, channel, from, to }: Pick<GapView, "source" | "channel" | "from" | "to">): string {
  return `${source}\u0000${channel ?? ""}\u0000${from}\u0000${to}`;
}

/** `fills` with those among `rows`; the same object when there are none. */
export function filled(fills: Fills, rows: readonly EventRow[]): Fills {
  let more: Map<string, number> | null = null;
  for (const row of rows) {
    if (row.kind !== "watchdeck:gap_filled" || row.gap === null || row.gap.filled === null) continue;
    (more ??= new Map(fills)).set(key(row.gap), row.gap.filled);
  }
  return more ?? fills;
}

/** How many events filled this gap; null while it is open. */
export function fillOf(fills: Fills, gap: GapView): number | null {
  return gap.filled ?? fills.get(key(gap)) ?? null;
}

// What the window keeps of the stream: the newest rows, oldest first. Pure.
//
// Rows the core left out of a batch (it counts them) and rows lost to a restart of the cursor stand in the list as markers, so that a list never looks
// whole when it is not. History beyond the capacity is one `events` call away; nothing is lost by forgetting it here.

import type { EventRow } from "@/bindings/EventRow";

/** A stretch that is in the store but not in this list. */
export interface Skipped {
  /** Place: just before the row with this number. */
  readonly seq: number;
  readonly skipped: number;
}

export type Item = EventRow | Skipped;

export function isRow(item: Item): item is EventRow {
  return !("skipped" in item);
}

/** Unique among the items of a list. */
export function itemKey(item: Item): string {
  return isRow(item) ? String(item.seq) : `skip-${item.seq}`;
}

/** The newest `capacity` items after `batch` was appended. Rows already there are not repeated: their place in the store is the key. */
export function append(items: readonly Item[], events: readonly EventRow[], omitted: number, capacity: number): readonly Item[] {
  const newest = newestSeq(items);
  const fresh = events.filter((row) => row.seq > newest);
  const first = fresh[0];
  if (first === undefined) return items;
  const marker: Item[] = omitted > 0 ? [{ seq: first.seq, skipped: omitted }] : [];
  const all = [...items, ...marker, ...fresh];
  return all.length > capacity ? all.slice(all.length - capacity) : all;
}

/** Place of the newest row; 0 when there is none. */
export function newestSeq(items: readonly Item[]): number {
  return items.at(-1)?.seq ?? 0;
}

// Late and out of order: rows stand where they arrived, and say so when they happened long before. Pure.
//
// The publisher's clock and ours may differ; what is known of the difference is taken out before anything is called late.

import type { EventRow } from "@/bindings/EventRow";
import type { SourceStatus } from "@/bindings/SourceStatus";

/** A row that took longer than this is late, ms. */
export const LATE_MS = 60_000;
/** Publishers with several workers interleave by this much, ms; only what is further behind is out of order. */
export const DISORDER_MS = 2_000;
/** A date in a header tells the server's clock to a second or so; a smaller difference, ms, says nothing. */
const CLEAR_SKEW_MS = 2_000;

type Timed = Pick<EventRow, "latency_ms">;

/** How far the server's clock is known to be ahead of ours, ms; 0 where that is not clear. */
export function clearSkew(skew: number | null | undefined): number {
  return skew != null && Math.abs(skew) >= CLEAR_SKEW_MS ? skew : 0;
}

/** By source, where it is clear. */
export function skews(sources: readonly Pick<SourceStatus, "id" | "skew_ms">[]): ReadonlyMap<string, number> {
  return new Map(sources.map((source) => [source.id, clearSkew(source.skew_ms)]));
}

/** The way from the publisher to this machine, the difference of the clocks taken out; null where the publisher gave no time. */
export function took(row: Timed, skew: number): number | null {
  return row.latency_ms === null ? null : Math.max(0, row.latency_ms + skew);
}

/** How late a row is; null when it is not. */
export function lateBy(row: Timed, skew: number): number | null {
  const ms = took(row, skew);
  return ms !== null && ms > LATE_MS ? ms : null;
}

/** What is known of the order of the rows so far. */
export interface Order {
  /** The newest time of occurrence, by source. */
  readonly newest: Readonly<Record<string, number>>;
  /** Rows that happened before one that stands above them: their place, and by how much, ms. */
  readonly behind: ReadonlyMap<number, number>;
}

export const IN_ORDER: Order = { newest: {}, behind: new Map() };

/** `order` after `rows`, oldest first; what stands before `oldest` is forgotten. */
export function ordered(order: Order, rows: readonly EventRow[], oldest: number): Order {
  if (rows.length === 0) return order;
  const newest: Record<string, number> = { ...order.newest };
  let behind: Map<number, number> | null = null;
  for (const row of rows) {
    // A marker of our own says when a hole was, not when something happened.
    if (row.latency_ms === null || row.domain === "watchdeck") continue;
    const before = newest[row.source];
    if (before === undefined || row.occurred_at >= before) newest[row.source] = row.occurred_at;
    else if (before - row.occurred_at > DISORDER_MS) (behind ??= kept(order.behind, oldest)).set(row.seq, before - row.occurred_at);
  }
  return { newest, behind: behind ?? order.behind };
}

function kept(behind: ReadonlyMap<number, number>, oldest: number): Map<number, number> {
  return new Map([...behind].filter(([seq]) => seq >= oldest));
}

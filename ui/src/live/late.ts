// Late and out of order: rows stand where they arrived, and say so when they happened long before. Pure.
//
// The publisher's clock and ours may differ; the core has taken what is known of the difference out of a row's latency, so that is what counts here.

import type { EventRow } from "@/bindings/EventRow";

/** A row that took longer than this is late, ms. */
export const LATE_MS = 60_000;
/** Publishers with several workers interleave by this much, ms; only what is further behind is out of order. */
const DISORDER_MS = 2_000;
/** A date in a header tells the server's clock to a second or so; a smaller difference, ms, is not worth a word. */
const CLEAR_SKEW_MS = 2_000;

type Timed = Pick<EventRow, "latency_ms" | "occurred_at" | "received_at">;

/** When it happened, by our clock; by the publisher's where nothing tells the difference. */
export function happenedAt(row: Timed): number {
  return row.latency_ms === null ? row.occurred_at : row.received_at - row.latency_ms;
}

/** How far the server's clock was ahead of ours when the row came, ms; 0 where that is not clear. */
export function skewOf(row: Timed): number {
  const skew = row.latency_ms === null ? 0 : row.latency_ms - (row.received_at - row.occurred_at);
  return Math.abs(skew) >= CLEAR_SKEW_MS ? skew : 0;
}

/** The way from the publisher to this machine; null where the publisher gave no time. Nothing arrives before it happened. */
export function took(row: Timed): number | null {
  return row.latency_ms === null ? null : Math.max(0, row.latency_ms);
}

/** How late a row is; null when it is not. */
export function lateBy(row: Timed): number | null {
  const ms = took(row);
  return ms !== null && ms > LATE_MS ? ms : null;
}

/** What is known of the order of the rows so far. */
export interface Order {
  /** The newest time of occurrence by our clock, by source. */
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
    const at = happenedAt(row);
    if (before === undefined || at >= before) newest[row.source] = at;
    else if (before - at > DISORDER_MS) (behind ??= kept(order.behind, oldest)).set(row.seq, before - at);
  }
  return { newest, behind: behind ?? order.behind };
}

function kept(behind: ReadonlyMap<number, number>, oldest: number): Map<number, number> {
  return new Map([...behind].filter(([seq]) => seq >= oldest));
}

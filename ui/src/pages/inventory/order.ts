// In which order products stand. The core sorts by urgency anew with every answer; a table that does so under the reader's eyes cannot be read.
// So a product keeps its place until its class changes (low, soon, neither), and new products come behind those of their class. Pure.

import type { StockRow } from "@/bindings/StockRow";

/** `rows` in the order of `before`: low ones first, then those that run out soon. */
export function steadyOrder(before: readonly string[], rows: readonly StockRow[]): StockRow[] {
  const place = new Map(before.map((key, i) => [key, i]));
  const kept = (row: StockRow) => place.get(row.key) ?? before.length;
  return rows
    .map((row, i) => ({ row, i }))
    .sort((a, b) => CLASS[stockState(a.row)] - CLASS[stockState(b.row)] || kept(a.row) - kept(b.row) || a.i - b.i)
    .map(({ row }) => row);
}

/** Sold out, below its threshold, sold out within four hours, or nothing to say. */
export type StockState = "out" | "low" | "soon" | "fine";

/** A product that is gone before the shift ends wants looking at, whatever its threshold says. Hours. */
const SOON = 4;

const CLASS: Record<StockState, number> = { out: 0, low: 0, soon: 1, fine: 2 };

export function stockState(row: Pick<StockRow, "low" | "on_hand" | "hours_left">): StockState {
  if (row.on_hand !== null && row.on_hand <= 0) return "out";
  if (row.low) return "low";
  return lasts(row, SOON) ? "fine" : "soon";
}

/** Whether it will still be there in so many hours, as far as its pace tells. */
export function lasts(row: Pick<StockRow, "on_hand" | "hours_left">, hours: number): boolean {
  if (row.on_hand !== null && row.on_hand <= 0) return false;
  return row.hours_left === null || row.hours_left >= hours;
}

/** What people know a product by: its code, for want of one its id. */
export function codeOf(row: Pick<StockRow, "code" | "product_id">): string {
  return row.code ?? row.product_id;
}

/** The warehouses that are named, in the order of their names. */
export function warehouses(rows: readonly Pick<StockRow, "warehouse">[]): string[] {
  return [...new Set(rows.flatMap(({ warehouse }) => (warehouse === null ? [] : [warehouse])))].sort((a, b) => a.localeCompare(b));
}

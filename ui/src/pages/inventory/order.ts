// In which order products stand. The core sorts by urgency anew with every answer; a table that does so under the reader's eyes cannot be read.
// So a product keeps its place until it becomes low or well again, and new products come behind those of their class. Pure.

import type { StockRow } from "@/bindings/StockRow";

/** `rows` in the order of `before`, low ones first. */
export function steadyOrder(before: readonly string[], rows: readonly StockRow[]): StockRow[] {
  const place = new Map(before.map((key, i) => [key, i]));
  const kept = (row: StockRow) => place.get(row.key) ?? before.length;
  return rows
    .map((row, i) => ({ row, i }))
    .sort((a, b) => Number(b.row.low) - Number(a.row.low) || kept(a.row) - kept(b.row) || a.i - b.i)
    .map(({ row }) => row);
}

export type StockState = "out" | "low" | "fine";

export function stockState(row: Pick<StockRow, "low" | "on_hand">): StockState {
  if (row.on_hand !== null && row.on_hand <= 0) return "out";
  return row.low ? "low" : "fine";
}

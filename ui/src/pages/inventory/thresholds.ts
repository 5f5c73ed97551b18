// Own thresholds of one product or of many, as one change of the settings, and the change that puts back what was. Pure.

import type { Settings } from "@/bindings/Settings";
import type { SettingsPatch } from "@/bindings/SettingsPatch";
import type { StockRow } from "@/bindings/StockRow";

type Kept = Settings["product_thresholds"];

/** Under which name a product's own threshold is kept: its full one where that is in use, else its id. */
function nameOf(row: Pick<StockRow, "key" | "product_id">, kept: Kept): string {
  return Object.hasOwn(kept, row.key) ? row.key : row.product_id;
}

export interface Change {
  readonly patch: SettingsPatch;
  readonly undo: SettingsPatch;
}

/** Gives all of them the threshold `to`, or back the default. */
export function thresholds(rows: readonly Pick<StockRow, "key" | "product_id">[], to: number | null, kept: Kept): Change {
  const names = [...new Set(rows.map((row) => nameOf(row, kept)))];
  return {
    patch: { product_thresholds: Object.fromEntries(names.map((name) => [name, to])) },
    undo: { product_thresholds: Object.fromEntries(names.map((name) => [name, kept[name] ?? null])) },
  };
}

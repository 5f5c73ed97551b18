// Which threshold applies to a product; own ones of one product or of many as one change of the settings, and the change that puts back what was. Pure.

import type { Settings } from "@/bindings/Settings";
import type { SettingsPatch } from "@/bindings/SettingsPatch";
import type { StockRow } from "@/bindings/StockRow";

type Kept = Settings["product_thresholds"];

/** Under which name a product's own threshold is kept: its full one where that is in use, else its id. */
export function nameOf(row: Pick<StockRow, "key" | "product_id">, kept: Kept): string {
  return Object.hasOwn(kept, row.key) ? row.key : row.product_id;
}

export interface Change {
  readonly patch: SettingsPatch;
  readonly undo: SettingsPatch;
}

/** Gives all of them the threshold `to`, or takes theirs away. */
export function thresholds(rows: readonly Pick<StockRow, "key" | "product_id">[], to: number | null, kept: Kept): Change {
  const names = [...new Set(rows.map((row) => nameOf(row, kept)))];
  return {
    patch: { product_thresholds: Object.fromEntries(names.map((name) => [name, to])) },
    undo: { product_thresholds: Object.fromEntries(names.map((name) => [name, kept[name] ?? null])) },
  };
}

/** Whose threshold applies: the product's own, its warehouse's, or the one that holds for all. */
export type Whose = "own" | "warehouse" | "default";

type Limits = Pick<Settings, "warehouse_thresholds" | "low_stock_threshold">;

/** What applies where a product has none of its own. */
export function fallback({ warehouse }: Pick<StockRow, "warehouse">, { warehouse_thresholds, low_stock_threshold }: Limits): { readonly whose: Exclude<Whose, "own">; readonly n: number } {
  const n = warehouse !== null && Object.hasOwn(warehouse_thresholds, warehouse) ? warehouse_thresholds[warehouse] : undefined;
  return n === undefined ? { whose: "default", n: low_stock_threshold } : { whose: "warehouse", n };
}

export function whose(row: Pick<StockRow, "warehouse" | "threshold_own">, settings: Limits): Whose {
  return row.threshold_own ? "own" : fallback(row, settings).whose;
}

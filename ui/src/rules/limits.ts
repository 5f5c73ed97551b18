// The numbers of the settings that something is compared with, by an alert rule or by a page. One entry each, in the order of the settings; the words are
// `rules.limit.<setting>`.

import type { Settings } from "@/bindings/Settings";
import type { SettingsPatch } from "@/bindings/SettingsPatch";

interface Limit {
  readonly setting: keyof Settings;
  /** What it counts: money, or a key under `rules.unit`. */
  readonly unit: "money" | "pieces" | "minutes" | "seconds";
  /** Whole, and no less than this. */
  readonly least?: number;
  /** The change of the settings for what was typed: a decimal. */
  readonly set: (text: string) => SettingsPatch;
}

export const LIMITS = [
  { setting: "low_stock_threshold", unit: "pieces", set: (text) => ({ low_stock_threshold: Number(text) }) },
  { setting: "large_refund", unit: "money", set: (text) => ({ large_refund: text }) },
  { setting: "large_amount", unit: "money", set: (text) => ({ large_amount: text }) },
  { setting: "stuck_after_minutes", unit: "minutes", least: 1, set: (text) => ({ stuck_after_minutes: Number(text) }) },
  { setting: "stale_after_seconds", unit: "seconds", least: 5, set: (text) => ({ stale_after_seconds: Math.round(Number(text)) }) },
] as const satisfies readonly Limit[];

export type AnyLimit = (typeof LIMITS)[number];

/** Undefined for a setting that this window does not know as a limit. */
export function limitOf(setting: string): AnyLimit | undefined {
  return LIMITS.find((each) => each.setting === setting);
}

/** Whether a decimal can be its number. */
export function fits(limit: AnyLimit, text: string): boolean {
  return !("least" in limit) || (/^\d+$/.test(text) && Number(text) >= limit.least);
}

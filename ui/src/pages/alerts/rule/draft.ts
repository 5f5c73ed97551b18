// A rule while it is written: its document with the numbers as they are typed, and what becomes of it. Pure.

import type { RuleDocument } from "@/bindings/RuleDocument";
import type { Worded } from "@/bindings/Worded";
import type { Lang } from "@/rules";

export interface Draft {
  readonly id: string;
  readonly document: RuleDocument;
  /** It has a name already, which it keeps. */
  readonly known: boolean;
}

const NOTHING: Worded = { zh: "", en: "" };

export const BLANK: RuleDocument = {
  title: NOTHING,
  when: "",
  clear: "",
  severity: "warning",
  steps: [],
  per: "",
  at_least: 0,
  within_seconds: 0,
  hold_seconds: 0,
  schedule: null,
  say: NOTHING,
  consequence: NOTHING,
  response: NOTHING,
  act_within_minutes: 0,
  quiets: "",
  latched: false,
  remind_minutes: 0,
  escalate: [],
  ends_after_minutes: 24 * 60,
};

/** Rules that show what can be written, in the order in which they are offered. The words are `alerts.rule.example.<id>`. */
export const EXAMPLES = [
  { id: "refund", change: { when: "kind:finance:refund amount>10000" } },
  { id: "customer", change: { when: "sum(amount, kind:finance:refund, 7d) > 10000", per: "customerId" } },
  { id: "stock", change: { when: "warehouse:east stock.on_hand < stock.threshold" } },
  { id: "order", change: { when: "order.dwell > 2h" } },
  { id: "many", change: { when: "rate(kind:finance:refund, 1h) > 3 * usual" } },
  { id: "silent", change: { when: "rate(kind:inventory:*, 1h) < 1" } },
] as const satisfies readonly { readonly id: string; readonly change: Partial<RuleDocument> }[];

/** The other language follows as long as nobody wrote it by itself. */
export function reworded(text: Worded, lang: Lang, to: string): Worded {
  const other = lang === "zh" ? "en" : "zh";
  const follows = text[other] === "" || text[other] === text[lang];
  return { ...text, [lang]: to, ...(follows ? { [other]: to } : {}) };
}

/** A name for a new rule: from its title where that has letters, and none that is taken. */
export function nameFor(title: string, taken: readonly string[]): string {
  const plain = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, "_")
    .replace(/^_+|_+$/gu, "")
    .slice(0, 40);
  const base = plain === "" ? "rule" : plain;
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}_${n}`;
    if (!taken.includes(name)) return name;
  }
}

/** Whole and not negative; null for anything else. */
export function whole(text: string): number | null {
  const bare = text.trim();
  return /^\d{1,7}$/u.test(bare) ? Number(bare) : bare === "" ? 0 : null;
}

// What an event says happened: its words' key, which way its money goes and how it is coloured. The one place that decides; every list, tile, page and
// drawer asks here. Pure.

import type { EventRow } from "@/bindings/EventRow";

/** What decides it. `record_type` is the sort of record: without it a payment in and a payment out look alike. */
export type Told = Pick<EventRow, "kind"> & { readonly action?: string | null; readonly record_type?: string | null };

/** Types of records of money, as the core names them. */
export const RECORD_TYPES = ["payment", "paymentOut", "refund"] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** What can happen to one. */
export const MONEY_ACTIONS = ["created", "confirmed", "cancelled", "overdue", "updated", "deleted"] as const;
export type MoneyAction = (typeof MONEY_ACTIONS)[number];

/** Kinds that tell of such records. */
export const MONEY_KINDS = ["finance:payment", "finance:refund", "finance:overdue", "finance:change"] as const;

export interface MoneyStep {
  readonly type: RecordType;
  readonly action: MoneyAction;
}

const isType = (text: string | null | undefined): text is RecordType => RECORD_TYPES.some((type) => type === text);
const isAction = (text: string | null | undefined): text is MoneyAction => MONEY_ACTIONS.some((action) => action === text);

/** The step of a record of money that an event tells of; null where it tells of none, or of a type or an action that is not known. */
export function moneyStep({ kind, action, record_type }: Told): MoneyStep | null {
  if (!MONEY_KINDS.some((known) => known === kind)) return null;
  // A refund gives money back, whatever is being refunded; a payment that does not say which way is counted as one in.
  const type = kind === "finance:refund" ? "refund" : (record_type ?? (kind === "finance:change" ? null : "payment"));
  const done = kind === "finance:overdue" ? "overdue" : action;
  return isType(type) && isAction(done) ? { type, action: done } : null;
}

/** Money that moved has a direction; money that is only spoken of (recorded, cancelled, overdue) has none. */
export type Direction = "in" | "out" | null;

export function directionOf({ type, action }: MoneyStep): Direction {
  if (action !== "confirmed") return null;
  return type === "payment" ? "in" : "out";
}

/** How the amount is written: with which sign, in which ink. Amber is for what somebody has to see to, not for an ordinary minus. */
export interface AmountLook {
  readonly direction: Direction;
  readonly ink: string;
}

const PLAIN: AmountLook = { direction: null, ink: "text-ink" };

export function amountLook(step: MoneyStep | null): AmountLook {
  if (step === null) return PLAIN;
  const direction = directionOf(step);
  switch (step.action) {
    case "confirmed":
      return { direction, ink: direction === "in" ? "text-good" : "text-ink" };
    case "cancelled":
    case "deleted":
      return { direction, ink: "text-ink-3 line-through" };
    case "overdue":
      return { direction, ink: "text-warn" };
    case "created":
    case "updated":
      return { direction, ink: "text-ink-2" };
  }
}

/** The amount as the step signs it, of exact text: a payment made of 5 is −5, and so is one of −5. */
export function signed(amount: string, direction: Direction): string {
  if (direction !== "out" || /^-/.test(amount)) return amount;
  return `-${amount.replace(/^\+/, "")}`;
}

/** The keys under which a title may stand, the most precise first: `words.money`, else `words.kindAction`. */
export function titleKeys(told: Told): { readonly money: string | null; readonly precise: readonly string[] } {
  const step = moneyStep(told);
  if (step !== null) return { money: `${step.type}/${step.action}`, precise: [] };
  const action = told.action ?? "";
  const key = `${told.kind}/${action}`;
  return { money: null, precise: action === "" ? [] : told.record_type ? [`${key}/${told.record_type}`, key] : [key] };
}

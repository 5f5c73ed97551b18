// Values as people read them: ages that tick, money, changes.

import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { EventRow } from "@/bindings/EventRow";
import type { MoneySum } from "@/bindings/MoneySum";
import { type Format, isInstant, ordered, useClock, useFormat } from "@/format";
import { difference } from "@/format/decimal";
import { amountLook, moneyStep, signed, useWord } from "@/text";
import { heaviest } from "./columns";
import { cx } from "./cx";

/**
 * How long ago, in one unit, ticking; rendered when the text is another. The exact time is in the title. With `above`, the time of the row over it, an age
 * that is the same as there steps back, so that a run of the same ages reads as one.
 */
export function Age({ at, above, className }: { at: number; above?: number | null; className?: string }) {
  const format = useFormat();
  const text = useClock((now) => format.age(now - at));
  const repeated = useClock((now) => above != null && format.age(now - above) === format.age(now - at));
  const title = useClock((now) => format.dateTime(at, now));
  return (
    <time dateTime={isInstant(at) ? new Date(at).toISOString() : undefined} title={title} data-repeated={repeated ? "" : undefined} className={cx("num whitespace-nowrap", above !== undefined && (repeated ? "text-ink-3" : "text-ink-2"), className)}>
      {text}
    </time>
  );
}

/** The widest age there is: a column of them ticks while its list stands still. */
export function widestAge({ age }: Pick<Format, "age">): string {
  return heaviest([59, 59 * 60, 9.9 * 3_600, 23 * 3_600, 9.9 * 86_400, 999 * 86_400].map((seconds) => age(seconds * 1_000)));
}

/** A text that the shared clock keeps true. Whoever draws it is not drawn anew for it. */
export function Ticking({ text }: { text: (now: number) => string }) {
  return useClock(text);
}

/** An exact amount. */
export function Money({ amount, currency, className }: { amount: string; currency?: string | null; className?: string }) {
  const format = useFormat();
  return <span className={cx("num whitespace-nowrap", className)}>{format.money(amount, currency)}</span>;
}

/** What a tight place says behind its main sum: how many amounts could not be read, and the sums of other currencies. */
export function useOtherSums(): (sums: readonly MoneySum[]) => string[] {
  const { t } = useTranslation();
  const format = useFormat();
  return (sums) => {
    const unread = sums.reduce((sum, each) => sum + each.unread, 0);
    const others = ordered(sums).slice(1).map((sum) => format.moneyShort(sum.amount, sum.currency));
    // First, where a narrow tile does not cut it off: it says that the sums are not all.
    return unread > 0 ? [t("common.unreadAmounts", { count: unread, n: format.integer(unread) }), ...others] : others;
  };
}

/** What stands where a number should and is none: as written, marked. */
export function Unread({ text, className }: { text: string; className?: string }) {
  const { t } = useTranslation();
  return (
    <span title={t("common.unread", { text })} className={cx("underline decoration-dotted decoration-warn underline-offset-2", className)}>
      <bdi>{text}</bdi>
      <span className="sr-only"> {t("common.unreadWord")}</span>
    </span>
  );
}

/** A signed change of a quantity: up is green, down is plain, for less stock is an ordinary day; the sign says it without colour. */
export function Delta({ change, className }: { change: number | string; className?: string }) {
  const format = useFormat();
  const text = format.change(change);
  const tone = text.startsWith("+") ? "text-good" : text.startsWith("−") ? "text-ink" : "text-ink-2";
  return <span className={cx("num whitespace-nowrap", tone, className)}>{text}</span>;
}

/** Words of the fields that change, by domain: a status has a translation, a quantity has grouping. */
export function useChangeWords(): (row: Pick<EventRow, "domain">, value: string) => string {
  const format = useFormat();
  const word = useWord();
  return useCallback((row, value) => (row.domain === "orders" ? word("status", value) : format.quantity(value)), [format, word]);
}

/** `128 → 116` in one text; null when the row changes nothing. */
export function useChangeText(): (row: Pick<EventRow, "domain" | "old" | "new">) => string | null {
  const words = useChangeWords();
  return useCallback((row) => (row.old === null && row.new === null ? null : [row.old, row.new].flatMap((value) => (value === null ? [] : words(row, value))).join(" → ")), [words]);
}

/** `128 → 116`. Nothing when the row changes nothing. */
export function Change({ row, className }: { row: Pick<EventRow, "domain" | "old" | "new">; className?: string }) {
  const words = useChangeWords();
  const said = useChangeText()(row);
  if (said === null) return null;
  return (
    <span className={cx("num", className)} title={said}>
      {row.old !== null && words(row, row.old)}
      {row.new !== null && (
        <>
          {row.old !== null && <span className="mx-1 text-ink-3">→</span>}
          {words(row, row.new)}
        </>
      )}
    </span>
  );
}

/** The change of a row; of a stock row that says only before and after, the difference, exactly. Pure. */
export function changeOf(row: Pick<EventRow, "domain" | "old" | "new" | "change">): string | null {
  if (row.change !== null || row.domain !== "inventory" || row.old === null || row.new === null) return row.change;
  return difference(row.new, row.old);
}

/** An amount as what happened to it signs and colours it. */
export function Moved({ amount, currency, step, className }: { amount: string; currency: string | null; step: ReturnType<typeof moneyStep>; className?: string }) {
  const format = useFormat();
  return <span className={cx("num", amountLook(step).ink, className)}>{movedText(format, amount, currency, step)}</span>;
}

/** The text of an amount as what happened to it signs it. */
export function movedText(format: Pick<Format, "money" | "moneyChange">, amount: string, currency: string | null, step: ReturnType<typeof moneyStep>): string {
  const { direction } = amountLook(step);
  return direction === null ? format.money(amount, currency) : format.moneyChange(signed(amount, direction), currency);
}

/** The text of a row's value. */
export function valueText(format: Pick<Format, "money" | "moneyChange" | "change">, row: EventRow): string | null {
  if (row.amount !== null) return movedText(format, row.amount, row.currency, moneyStep(row));
  const change = changeOf(row);
  return change === null ? row.unread : format.change(change);
}

/** The quantity or the amount of a row, signed where it has a direction. */
export function RowValue({ row }: { row: EventRow }) {
  if (row.amount !== null) {
    return <Moved amount={row.amount} currency={row.currency} step={moneyStep(row)} className="whitespace-nowrap" />;
  }
  const change = changeOf(row);
  if (change === null && row.unread !== null) return <Unread text={row.unread} className="text-ink-2" />;
  return change === null ? null : <Delta change={change} />;
}

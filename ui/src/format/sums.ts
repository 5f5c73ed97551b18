// Sums of money, one per currency. They are never added up: a sum of two currencies is no number. Pure.

import type { MoneySum } from "@/bindings/MoneySum";

/** The sums with the one of most records first, which is the one that a tight place shows. */
export function ordered(sums: readonly MoneySum[]): MoneySum[] {
  return [...sums].sort((a, b) => b.count - a.count || (a.currency ?? "").localeCompare(b.currency ?? "") || (a.source ?? "").localeCompare(b.source ?? ""));
}

/** In how many records, in all currencies. */
export function records(sums: readonly MoneySum[]): number {
  return sums.reduce((sum, each) => sum + each.count, 0);
}

/** How many amounts are in no sum because they could not be read. */
export function unread(sums: readonly MoneySum[]): number {
  return sums.reduce((sum, each) => sum + each.unread, 0);
}

/** Names the purse of a sum: its currency, and whose it is where none is named. */
export function purse(sum: Pick<MoneySum, "currency" | "source">): string {
  return `${sum.currency ?? ""}\u0000${sum.source ?? ""}`;
}

/** The purses of many lists of sums, the one with most records first. */
export function purses(lists: Iterable<readonly MoneySum[]>): MoneySum[] {
  const found = new Map<string, MoneySum>();
  for (const sums of lists) {
    for (const sum of sums) {
      const before = found.get(purse(sum));
      found.set(purse(sum), before === undefined ? sum : { ...before, count: before.count + sum.count });
    }
  }
  return ordered([...found.values()]);
}

/** The amount of one purse among the sums; nothing there is nothing. */
export function amountIn(sums: readonly MoneySum[], key: string | undefined): string {
  return sums.find((sum) => purse(sum) === key)?.amount ?? "0";
}

import { expect, it } from "vitest";
import type { MoneySum } from "@/bindings/MoneySum";
import { amountIn, ordered, purse, purses, records, unread } from "./sums";

const sum = (currency: string | null, amount: string, count: number, unread = 0, source: string | null = null): MoneySum => ({ currency, source, amount, count, unread });

it("puts the currency of most records first, and adds no two", () => {
  const sums = [sum("USD", "900000", 1), sum("CNY", "5.00", 12, 2), sum(null, "7", 1, 1, "east")];
  expect(ordered(sums).map((each) => each.currency)).toEqual(["CNY", null, "USD"]);
  expect([records(sums), unread(sums)]).toEqual([14, 3]);
});

it("keeps unnamed money of two sources apart", () => {
  const all = purses([[sum(null, "1", 1, 0, "east")], [sum(null, "2", 3, 0, "west"), sum("CNY", "9", 1)], [sum("CNY", "9", 1)]]);
  expect(all.map((each) => [each.currency, each.source, each.count])).toEqual([[null, "west", 3], ["CNY", null, 2], [null, "east", 1]]);
});

it("finds nothing where there is none", () => {
  const euro = sum("EUR", "3.10", 1);
  expect([amountIn([euro], purse(euro)), amountIn([euro], purse(sum("USD", "1", 1))), amountIn([], undefined)]).toEqual(["3.10", "0", "0"]);
});

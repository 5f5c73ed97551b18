import { expect, test } from "vitest";
import { chart, type Series } from "./bars";

const SERIES: Series[] = [
  { id: "received", down: false },
  { id: "paidOut", down: true },
  { id: "refunded", down: true },
];
const column = (key: string, ...amounts: string[]) => ({ key, amounts });

test("in stands on the line, out hangs below it, on one scale", () => {
  const { zero, bars } = chart([column("a", "100", "50", "50"), column("b", "50", "0", "0")], SERIES, 0);
  expect(zero).toBe(0.5);
  expect(bars).toEqual([
    { column: 0, series: 0, y: 0, height: 0.5 },
    { column: 0, series: 1, y: 0.5, height: 0.25 },
    { column: 0, series: 2, y: 0.75, height: 0.25 },
    { column: 1, series: 0, y: 0.25, height: 0.25 },
  ]);
});

test("a day without money has a line and no bars", () => {
  expect(chart([column("a", "0", "0", "0.00")], SERIES)).toEqual({ zero: 1, bars: [], most: null });
  expect(chart([], SERIES).bars).toEqual([]);
});

test("the best column keeps its exact amount", () => {
  expect(chart([column("a", "1.00", "0", "0"), column("b", "9007199254740993.01", "0", "0")], SERIES).most).toEqual({ column: 1, amount: "9007199254740993.01" });
});

test("an amount that is no number draws nothing and breaks nothing", () => {
  expect(chart([column("a", "abc", "0", "0"), column("b", "1", "0", "0")], SERIES).bars.map((bar) => bar.column)).toEqual([1]);
});

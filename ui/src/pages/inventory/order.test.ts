import { expect, test } from "vitest";
import type { StockRow } from "@/bindings/StockRow";
import { steadyOrder, stockState, warehouses } from "./order";

const key = (product_id: string) => `east/product:${product_id}`;
const row = (product_id: string, low = false): StockRow => ({
  key: key(product_id),
  source: "east",
  product_id,
  code: null,
  name: product_id,
  warehouse: null,
  on_hand: 5,
  per_batch: false,
  batches: [],
  change_today: 0,
  out_per_hour: 0,
  hours_left: null,
  threshold: 10,
  threshold_own: false,
  low,
  last_mover: null,
  last_at: 0,
  last_change: 0,
  last_seq: 1,
  spark: [],
});
const ids = (rows: readonly StockRow[]) => rows.map((each) => each.product_id);

test("a product keeps its place while the core sorts anew", () => {
  expect(ids(steadyOrder([key("a"), key("b"), key("c")], [row("c"), row("a"), row("b")]))).toEqual(["a", "b", "c"]);
});

test("a product that becomes low goes to the top, and back when it is well", () => {
  expect(ids(steadyOrder([key("a"), key("b"), key("c")], [row("a"), row("b"), row("c", true)]))).toEqual(["c", "a", "b"]);
  expect(ids(steadyOrder([key("c"), key("a"), key("b")], [row("a"), row("b"), row("c")]))).toEqual(["c", "a", "b"]);
});

test("the first answer and new products stand in the core's order", () => {
  expect(ids(steadyOrder([], [row("b"), row("a")]))).toEqual(["b", "a"]);
  expect(ids(steadyOrder([key("b")], [row("z"), row("b"), row("y")]))).toEqual(["b", "z", "y"]);
});

test("nothing on hand is worse than low, low worse than soon, and an unknown quantity is neither", () => {
  expect(stockState({ low: true, on_hand: 0, hours_left: null })).toBe("out");
  expect(stockState({ low: true, on_hand: 3, hours_left: 90 })).toBe("low");
  expect(stockState({ low: false, on_hand: 300, hours_left: 5 / 60 }), "it lasts five minutes").toBe("soon");
  expect(stockState({ low: false, on_hand: 300, hours_left: 4 })).toBe("fine");
  expect(stockState({ low: false, on_hand: null, hours_left: null })).toBe("fine");
});

test("what runs out soon stands behind what is low and before the rest", () => {
  const soon = { ...row("s"), hours_left: 0.5 };
  expect(ids(steadyOrder([], [row("a"), soon, row("b", true)]))).toEqual(["b", "s", "a"]);
});

test("warehouses are listed once, by name", () => {
  expect(warehouses([{ warehouse: "B" }, { warehouse: null }, { warehouse: "A" }, { warehouse: "B" }])).toEqual(["A", "B"]);
});

test("products of two sources that are called alike are two", () => {
  const west = { ...row("a"), key: "west/product:a", source: "west" };
  expect(steadyOrder([key("b"), "west/product:a", key("a")], [row("a"), west, row("b")]).map((each) => each.key)).toEqual([key("b"), "west/product:a", key("a")]);
});

import { expect, test } from "vitest";
import { fallback, thresholds, whose } from "./thresholds";

const product = (product_id: string) => ({ key: `east/product:${product_id}`, product_id });

test("many are one change, and one change puts back what was", () => {
  const { patch, undo } = thresholds([product("A"), product("B")], 25, { A: 5 });
  expect(patch).toEqual({ product_thresholds: { A: 25, B: 25 } });
  expect(undo, "what had none of its own has none again").toEqual({ product_thresholds: { A: 5, B: null } });
});

test("the name under which it is kept is the one that counts", () => {
  expect(thresholds([product("A")], null, { "east/product:A": 5, A: 7 })).toEqual({
    patch: { product_thresholds: { "east/product:A": null } },
    undo: { product_thresholds: { "east/product:A": 5 } },
  });
});

test("a product's own comes first, then its warehouse's, then the one for all", () => {
  const settings = { low_stock_threshold: 10, warehouse_thresholds: { North: 4, Closed: 0 } };
  expect(fallback({ warehouse: "North" }, settings)).toEqual({ whose: "warehouse", n: 4 });
  expect(fallback({ warehouse: "Closed" }, settings), "zero is one as well").toEqual({ whose: "warehouse", n: 0 });
  for (const warehouse of ["South", null, "toString"]) expect(fallback({ warehouse }, settings)).toEqual({ whose: "default", n: 10 });
  expect(whose({ warehouse: "North", threshold_own: true }, settings)).toBe("own");
  expect(whose({ warehouse: "North", threshold_own: false }, settings)).toBe("warehouse");
});

import { expect, test } from "vitest";
import { thresholds } from "./thresholds";

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

import { expect, test } from "vitest";
import { codeIn, type Column, fitted, type Widest, weight, widened } from "./columns";

interface Row {
  readonly name: string;
  readonly amount: string | null;
}
const cell = () => null;
const name: Column<Row> = { id: "name", header: "Name", width: "minmax(160px, 2fr)", cell };
const amount: Column<Row> = { id: "amount", header: "Amount", holds: (row) => row.amount, cell };
const party: Column<Row> = { id: "party", header: "Party", width: "120px", spare: 1, cell };
const spark: Column<Row> = { id: "spark", header: "", width: "84px", spare: 2, cell };
const mark: Column<Row> = { id: "mark", header: "", width: "32px", instead: "party", cell };
const code: Column<Row> = { id: "code", header: "", width: "32px", along: "party", cell };
const ids = (all: readonly Column<Row>[]) => all.map((column) => column.id);

test("a column keeps the widest text that was on screen, and is the same object while none is wider", () => {
  const first = widened({}, [name, amount], [{ name: "a", amount: "1.00" }, { name: "b", amount: "1,024,044,429.00" }]);
  expect(first.amount?.split("\n")[0]).toBe("1,024,044,429.00");
  expect(first.name, "words say nothing of their width").toBeUndefined();
  const full = widened(first, [amount], [{ name: "c", amount: "12,000.00" }]);
  expect(widened(full, [amount], [{ name: "c", amount: "2.00" }, { name: "d", amount: null }])).toBe(full);
  expect(widened({}, [amount], []).amount, "it is known that there is nothing").toBe("");
});

test("figures weigh more than what stands between them, and Chinese more than figures", () => {
  expect(weight("11.11")).toBeLessThan(weight("11111"));
  expect(weight("小时")).toBeGreaterThan(weight("12"));
});

test("figures have what they need, words the rest", () => {
  const widest: Widest = { amount: "1,024,044,429.00" };
  const { template, over } = fitted([name, amount], widest, { amount: 120.2 }, 800);
  expect([template, over]).toEqual(["minmax(160px, 20fr) 145px", null]);
});

test("what can be spared goes in its order, and what stands for it comes", () => {
  const widest: Widest = { amount: "1" };
  const all = [name, party, code, mark, amount, spark];
  const shown = (room: number) => ids(fitted(all, widest, { amount: 60 }, room).shown);
  expect(shown(900)).toEqual(["name", "party", "code", "amount", "spark"]);
  expect(shown(430)).toEqual(["name", "party", "code", "amount"]);
  expect(shown(300)).toEqual(["name", "mark", "amount"]);
});

test("names give way before figures do, and at last the list is scrolled", () => {
  const widest: Widest = { amount: "1" };
  const tight = fitted([name, amount], widest, { amount: 200 }, 300);
  expect([tight.template, tight.over]).toEqual(["minmax(56px, 20fr) 224px", null]);
  expect(fitted([name, amount], widest, { amount: 400 }, 300).over).toBe(480);
});

test("a number or a code is whole, words are not, and nobody reads a digest", () => {
  expect(["PAY-20261126-7384", "A-105", "c9", "SO 12", "金螳螂装饰", "上海建工第5分公司", "", null].map(codeIn)).toEqual(["PAY-20261126-7384", "A-105", "c9", null, null, "上海建工第5分公司", null, null]);
  expect(codeIn("9".repeat(64))).toBeNull();
});

test("words among which there are codes have room for the widest of these, also where all others give way", () => {
  const mixed: Column<Row> = { ...name, holds: (row) => codeIn(row.name) };
  expect(fitted([mixed, amount], { name: "" }, { amount: 60 }, 800).template).toBe("minmax(160px, 20fr) 84px");
  expect(fitted([mixed, amount], { name: "PAY-20261126-7384" }, { name: 181, amount: 60 }, 800).template).toBe("minmax(205px, 20fr) 84px");
  expect(fitted([mixed, amount], { name: "PAY-20261126-7384" }, { name: 181, amount: 200 }, 300)).toMatchObject({ template: "minmax(205px, 20fr) 224px", over: 429 });
});

test("shares that add up to less than one are no gap", () => {
  expect(fitted([{ ...name, width: "minmax(200px, 0.7fr)" }], {}, {}, 800).template).toBe("minmax(200px, 7fr)");
});

import { expect, it } from "vitest";
import { valueIn, withNot, withOnly, written } from "./terms";

it("a value is chosen as a term of the filter, and another one takes its place", () => {
  expect(withOnly("", "source", "east")).toBe("source:east");
  expect(withOnly("kind:order:*", "source", "east")).toBe("source:east kind:order:*");
  expect(withOnly("kind:order:* source:east severity>=warning", "source", "south")).toBe("source:south kind:order:* severity>=warning");
  expect(withOnly("source:east kind:order:*", "source", null)).toBe("kind:order:*");
  expect(withOnly("source:east", "source", null)).toBe("");
  expect(withOnly("出库", "kind", "inventory:change")).toBe("kind:inventory:change 出库");
});

it("what is said of a field is read back", () => {
  expect(valueIn('severity>=warning source:"my erp"', "source")).toBe("my erp");
  expect(valueIn(withOnly("", "source", "my erp"), "source")).toBe("my erp");
  expect(valueIn("kind:order:*", "source")).toBeNull();
});

it("text in quotes and a term behind a minus are left alone", () => {
  expect(valueIn('"see source:east"', "source")).toBeNull();
  expect(valueIn("-source:east", "source")).toBeNull();
  expect(withOnly('"see source:east"', "source", "south")).toBe('source:south "see source:east"');
  expect(withOnly("-source:east", "source", "south")).toBe("source:south -source:east");
});

it("a value is left out, once, and no longer asked for", () => {
  expect(withNot("", "kind", "order:status")).toBe("-kind:order:status");
  expect(withNot("-kind:order:status 盘点", "kind", "order:status")).toBe("盘点 -kind:order:status");
  expect(withNot("kind:order:status 盘点", "kind", "order:status")).toBe("盘点 -kind:order:status");
  expect(withNot("kind:order:* 盘点", "kind", "order:status"), "the others stay").toBe("kind:order:* 盘点 -kind:order:status");
  expect(withOnly("-kind:order:status 盘点", "kind", "order:status")).toBe("kind:order:status 盘点");
  expect(withNot("", "actor", "张 三")).toBe('-actor:"张 三"');
});

it("what an OR joins is not torn apart", () => {
  expect(withOnly("kind:order:* OR 退货", "kind", "inventory:change")).toBe("kind:inventory:change kind:order:* OR 退货");
  expect(withOnly("退货 OR kind:order:*", "kind", "inventory:change")).toBe("kind:inventory:change 退货 OR kind:order:*");
});

it("a value is written so that the language reads it back", () => {
  expect(written("actor", "王（东）")).toBe('actor:"王（东）"');
  expect(written("actor", "the “boss”")).toBe('actor:"the *boss*"');
});

import { expect, it } from "vitest";
import { everyWord, matchesWords, withPhrase } from "./search";

const row = ["木纹砖 150×900", "SKU-104", "ＡＢＣ１２３", "Café Süd"];

it("finds words in whatever width, case and keyboard", () => {
  for (const text of ["sku-104", "ＳＫＵ－１０４", "abc123", "木纹 SKU", "木纹，sku", "木纹、sku", "“木纹砖 150”", "「木纹砖」", "CAFÉ", "", " ", ",", "-盘点", "－盘点", '-"SKU-105"']) expect(matchesWords(text, row), text).toBe(true);
  for (const text of ["sku-105", "木纹 盘点", "“木纹 SKU”", "-木纹", '-"SKU-104"', "−SKU-104"]) expect(matchesWords(text, row), text).toBe(false);
});

it("keeps the digits of a number together", () => {
  expect(matchesWords("1,200", ["1,200.50"])).toBe(true);
  expect(matchesWords("1,200", ["1 and 200"])).toBe(false);
});

it("finds a status by its words in both languages", () => {
  for (const text of ["已批准", "approved", "批准"]) expect(matchesWords(text, [everyWord("status", "approved")]), text).toBe(true);
  expect(everyWord("status", "on the moon"), "an unknown word is itself").toBe("on the moon");
});

it("puts a phrase in the box, and takes back its opposite", () => {
  expect(withPhrase("", "宏远建材", false)).toBe('"宏远建材"');
  expect(withPhrase('"宏远建材" SO', "宏远建材", true)).toBe('SO -"宏远建材"');
  expect(withPhrase('SO -"宏远建材"', "宏远建材", false)).toBe('SO "宏远建材"');
});

import { expect, it } from "vitest";
import { alertText, isListed, said, shippedAgain, switched } from ".";

const values = { title_zh: "库存不足：木纹砖", title_en: "Low stock: Oak", body_zh: "现有 7 · 阈值 10", body_en: "7 on hand · threshold 10" };

it("says an alert in the words that it brings, part by part", () => {
  expect(alertText({ label: "Oak", values }, "en")).toEqual({ title: "Low stock: Oak", parts: ["7 on hand", "threshold 10"] });
  expect(alertText({ label: "Oak", values }, "zh")).toEqual({ title: "库存不足：木纹砖", parts: ["现有 7", "阈值 10"] });
  expect(alertText({ label: "Oak", values: { ...values, body_zh: "", body_en: "" } }, "en").parts).toEqual([]);
  expect(alertText({ label: "Oak", values: { title_zh: "", title_en: "Low stock: Oak" } }, "zh"), "the other language where one is silent").toEqual({ title: "Low stock: Oak", parts: [] });
});

it("says what an older core stored by what it is about", () => {
  expect(alertText({ label: "Oak", values: { on_hand: "7", message: "7 left" } }, "en")).toEqual({ title: "Oak", parts: ["7 left"] });
  expect(alertText({ label: "Oak", values: { message: "Oak" } }, "en"), "nothing twice").toEqual({ title: "Oak", parts: [] });
});

it("lists among the alerts what does not wait elsewhere", () => {
  expect(["low_stock", "approval_requested", "approval_due", "rule_of_the_user"].filter(isListed)).toEqual(["low_stock", "rule_of_the_user"]);
});

it("changes the settings by the name of the rule", () => {
  expect([switched("a", false), switched("a", true), shippedAgain("a")]).toEqual([{ rules_off: { a: true } }, { rules_off: { a: false } }, { rules: { a: null } }]);
  expect(said({ zh: " ", en: "Refund" }, "zh")).toBe("Refund");
});

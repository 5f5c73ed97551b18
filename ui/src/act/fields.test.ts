import { expect, test } from "vitest";
import type { DecisionField } from "@/bindings/DecisionField";
import { neededTo, offered, readAll, readField } from "./fields";

const refund: DecisionField = { name: "refundAmount", zh: "退款金额", en: "Refund", kind: "number", least: "0", most: "999999", needed_to: "approve", default: "8460.50" };
const remarks: DecisionField = { ...refund, name: "remarks", kind: "text", least: null, most: "5", needed_to: "both", default: null };
const request = (key: string, needs: DecisionField[]) => ({ key, number: key, amount: null, unread: null, currency: null, requester: "", version: 1, needs });

test("a number is read as people write it and held to its bounds", () => {
  expect(["1,250.50", "１２０", "¥0", "999999", "999999.00"].map((typed) => readField(refund, typed))).toEqual([{ value: 1250.5 }, { value: 120 }, { value: 0 }, { value: 999999 }, { value: 999999 }]);
  const wrong = (typed: string, field = refund) => (readField(field, typed) as { problem?: unknown }).problem;
  expect(wrong("")).toEqual({ key: "needed" });
  expect(wrong("a lot")).toEqual({ key: "number" });
  expect([wrong("-0.01"), wrong("999999.01")]).toEqual([{ key: "range", least: "0", most: "999999" }, { key: "range", least: "0", most: "999999" }]);
  expect(wrong("-1", { ...refund, most: null })).toEqual({ key: "least", least: "0" });
  expect(wrong("7", { ...refund, least: null, most: "6" })).toEqual({ key: "most", most: "6" });
});

test("a text is what is left without the space around it, and no longer than it may be", () => {
  expect(readField(remarks, " 破损 ")).toEqual({ value: "破损" });
  expect(readField(remarks, "破损六片整箱")).toEqual({ problem: { key: "long", most: "5" } });
});

test("each request gets what is offered for it, and nothing is sent while something is wrong", () => {
  const requests = [request("a", [refund]), request("b", [{ ...refund, default: null }]), request("c", [])];
  const typed = offered(requests, true);
  expect(typed).toEqual({ a: { refundAmount: "8460.50" }, b: { refundAmount: "" }, c: {} });
  expect(readAll(requests, true, typed)).toBeNull();
  expect(readAll(requests, true, { ...typed, b: { refundAmount: "12" } })).toEqual(new Map([["a", { refundAmount: 8460.5 }], ["b", { refundAmount: 12 }], ["c", {}]]));
  expect(neededTo(request("a", [refund, remarks]), false).map((field) => field.name), "a rejection needs no refund").toEqual(["remarks"]);
});

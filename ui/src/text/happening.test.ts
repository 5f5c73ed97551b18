// Every kind, action and type of record that is declared has words, a sign and an ink of its own, in both languages.

import { describe, expect, it } from "vitest";
import { formatFor } from "@/format";
import { en } from "./en";
import { amountLook, directionOf, MONEY_ACTIONS, MONEY_KINDS, moneyStep, RECORD_TYPES, signed, type Told } from "./happening";
import { happening } from "./words";
import { zh } from "./zh";

const LANGS = ["zh-CN", "en"] as const;

/** What an event of money is about, spelled out: the kind decides for refunds, the type of record for the rest. */
function meant(kind: string, type: string): string {
  return kind === "finance:refund" ? "refund" : type;
}

const MONEY = MONEY_KINDS.flatMap((kind) => RECORD_TYPES.flatMap((record_type) => MONEY_ACTIONS.map((action) => ({ kind, action, record_type }))));

describe("money", () => {
  it.each(LANGS)("has its own words for each kind, action and type of record (%s)", (lang) => {
    const said = new Map<string, string>();
    for (const told of MONEY) {
      const words = happening(told, lang);
      expect(words, `${JSON.stringify(told)} must not fall back to its kind's title`).toBeDefined();
      const action = told.kind === "finance:overdue" ? "overdue" : told.action;
      said.set(`${meant(told.kind, told.record_type)}/${action}`, words ?? "");
    }
    expect(said.size).toBe(RECORD_TYPES.length * MONEY_ACTIONS.length);
    expect(new Set(said.values()).size, "no two of them read alike, least of all those of opposite directions").toBe(said.size);
    const kinds = { "zh-CN": ["收付款", "退款", "账款逾期", "财务变动"], en: ["Payment", "Refund", "Overdue", "Finance change"] }[lang];
    for (const words of said.values()) expect(kinds, "nor like the generic title of a kind").not.toContain(words);
  });

  it("reads as people say it", () => {
    const say = (told: Told) => LANGS.map((lang) => happening(told, lang));
    expect(say({ kind: "finance:payment", action: "confirmed", record_type: "payment" })).toEqual(["收款确认", "Payment received"]);
    expect(say({ kind: "finance:payment", action: "confirmed", record_type: "paymentOut" })).toEqual(["付款确认", "Payment made"]);
    expect(say({ kind: "finance:change", action: "confirmed", record_type: "paymentOut" }), "the second bridge says the same").toEqual(["付款确认", "Payment made"]);
    expect(say({ kind: "finance:refund", action: "confirmed", record_type: "refund" })).toEqual(["退款确认", "Refund issued"]);
    expect(say({ kind: "finance:refund", action: "confirmed", record_type: "payment" }), "what is refunded may be a payment").toEqual(["退款确认", "Refund issued"]);
    expect(say({ kind: "finance:overdue", action: "created", record_type: "paymentOut" })).toEqual(["付款逾期", "Payment out overdue"]);
    expect(say({ kind: "finance:change", action: "confirmed" }), "which way is not known").toEqual([undefined, undefined]);
    expect(say({ kind: "finance:payment", action: "confirmed", record_type: "barter" }), "an unknown type is no income").toEqual([undefined, undefined]);
  });

  it("goes in with a plus and in green, out with a minus and in no colour, and is unsigned while nothing moved", () => {
    const format = formatFor("en");
    for (const told of MONEY) {
      const step = moneyStep(told);
      if (step === null) throw new Error("known");
      const { direction, ink } = amountLook(step);
      expect(direction).toBe(directionOf(step));
      const text = direction === null ? format.money("5", "USD") : format.moneyChange(signed("5", direction), "USD");
      const moved = step.action === "confirmed";
      const into = step.type === "payment";
      expect(text.charAt(0), JSON.stringify(told)).toBe(!moved ? "$" : into ? "+" : "−");
      expect(ink === "text-good", "green is for what came in").toBe(moved && into);
      expect(ink === "text-warn", "amber is for what somebody has to see to").toBe(step.action === "overdue");
    }
    expect(signed("-5", "out"), "a minus that was sent is not doubled").toBe("-5");
    expect(amountLook(null), "what is not understood has no direction").toEqual({ direction: null, ink: "text-ink" });
  });
});

describe("everything else that has an action", () => {
  const actions: Record<string, readonly string[]> = {
    "inventory:change": ["inbound", "outbound", "adjust", "reserve", "release"],
    "order:status": ["sales", "return", "purchase"],
    "approval:request": ["order", "return", "payment", "refund", "adjustment"],
    "approval:approved": ["order", "return", "payment", "refund", "adjustment"],
    "approval:rejected": ["order", "return", "payment", "refund", "adjustment"],
    "data:change": ["created", "updated", "deleted"],
    notification: ["info", "success", "warning", "error"],
  };
  const resources = ["product", "customer", "supplier", "category", "user"];
  const all: Told[] = Object.entries(actions).flatMap(([kind, each]) => each.flatMap((action): Told[] => [{ kind, action }, ...(kind === "data:change" ? resources.map((record_type) => ({ kind, action, record_type })) : [])]));

  it.each(LANGS)("has its own words as well (%s)", (lang) => {
    const said = all.map((told) => happening(told, lang));
    expect(said.every((words) => words !== undefined)).toBe(true);
    expect(new Set(said).size, "no two alike").toBe(all.length);
    const keys = Object.keys((lang === "en" ? en : zh).words.kindAction);
    expect(keys.sort(), "and there are no words that nothing says").toEqual(all.map((told) => [`${told.kind}/${told.action ?? ""}`, told.record_type].filter(Boolean).join("/")).sort());
  });

  it("says of a record that is not known what is said of any", () => {
    expect(happening({ kind: "data:change", action: "updated", record_type: "warehouse" }, "en")).toBe("Record updated");
    expect(happening({ kind: "anything", action: "confirmed" }, "en")).toBeUndefined();
  });
});

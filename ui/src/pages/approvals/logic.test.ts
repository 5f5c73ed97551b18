import { expect, test } from "vitest";
import { deadline } from "./deadline";
import { merged } from "./history";
import { waits } from "./outbox";
import { isOpen, type Known, rowState, withResults } from "@/act/results";
import type { ApprovalView } from "@/bindings/ApprovalView";
import type { DecisionView } from "@/bindings/DecisionView";
import { toggled } from "@/parts/selection";
import { added, allOrNone, cursorAfter, NONE, pruned } from "./selection";
import { difference, sumDecimals } from "@/format/decimal";
import { totals } from "@/format/totals";

const MINUTE = 60_000;

test("a deadline is calm, then soon in its last quarter or last ten minutes, then over", () => {
  expect(deadline(0, null, 5).level).toBe("none");
  expect(deadline(0, 240 * MINUTE, 60 * MINUTE).level).toBe("calm");
  expect(deadline(0, 240 * MINUTE, 185 * MINUTE).level).toBe("soon");
  expect(deadline(0, 20 * MINUTE, 11 * MINUTE).level, "nine minutes are little, whatever their share").toBe("soon");
  expect(deadline(0, 20 * MINUTE, 20 * MINUTE)).toEqual({ level: "over", left: 0, share: 0 });
});

test("the bar counts down and never leaves its box", () => {
  expect(deadline(0, 100, 25).share).toBe(0.75);
  expect(deadline(50, 100, 0).share, "a clock behind the publisher's").toBe(1);
  expect(deadline(100, 100, 99).share).toBe(1);
});

test("x chooses and lets go", () => {
  expect([...toggled(toggled(NONE, "a"), "b")]).toEqual(["a", "b"]);
  expect([...toggled(new Set(["a", "b"]), "a")]).toEqual(["b"]);
  expect([...added(new Set(["a"]), "a", "b")]).toEqual(["a", "b"]);
});

test("a request that was decided elsewhere is not decided with the rest", () => {
  const chosen = new Set(["a", "b"]);
  expect([...pruned(chosen, ["b", "c"])]).toEqual(["b"]);
  expect(pruned(chosen, ["a", "b", "c"]), "nothing changed, nothing renders").toBe(chosen);
});

test("select all twice selects none", () => {
  expect([...allOrNone(NONE, ["a", "b"])]).toEqual(["a", "b"]);
  expect(allOrNone(new Set(["a", "b"]), ["a", "b"]).size).toBe(0);
  expect(allOrNone(NONE, []).size).toBe(0);
});

test("the cursor stays where it was when its row goes", () => {
  expect(cursorAfter(["a", "b", "c"], ["a", "c"], "b")).toBe("c");
  expect(cursorAfter(["a", "b", "c"], ["a", "b"], "c")).toBe("b");
  expect(cursorAfter(["a", "b"], ["b"], "b")).toBe("b");
  expect(cursorAfter(["a"], [], "a")).toBeNull();
});

test("sums are exact, of any size", () => {
  expect(sumDecimals(["0.10", "0.20"])).toBe("0.30");
  expect(sumDecimals(["9007199254740993.01", "1"])).toBe("9007199254740994.01");
  expect(sumDecimals(["-0.05", "0.01"])).toBe("-0.04");
  expect([difference("10", "12"), difference("0.3", "0.1"), difference("-1", "-3"), difference("9007199254740993", "0.5"), difference("x", "1")]).toEqual(["-2", "0.2", "2", "9007199254740992.5", null]);
  expect(sumDecimals(["1e5"]), "not a decimal, so no sum").toBeNull();
});

test("currencies are not added to each other", () => {
  expect(
    totals([
      { amount: "1.50", currency: "CNY" },
      { amount: null, currency: null },
      { amount: "2", currency: "EUR" },
      { amount: "3", currency: "CNY" },
    ]),
  ).toEqual([
    { currency: "CNY", amount: "4.50" },
    { currency: "EUR", amount: "2" },
  ]);
});

const approval = (decision: Parameters<typeof rowState>[0]["decision"], deciding: Parameters<typeof rowState>[0]["deciding"] = null) => ({ key: "order:1", status: "pending" as const, decided_by: null, decision, deciding });
const decision = { approve: true, at: 1, attempts: 0, error: null, held_until: null, on_behalf_of: null };
const none: Known = { sending: new Map(), refusals: new Map(), waiting: new Map() };

test("a bulk decision gives each row its own result", () => {
  const refusals = withResults(new Map([["order:2", { approve: true, error: "old" }]]), [{ key: "order:1", ok: false, error: "already decided by 李强" }, { key: "order:2", ok: true, error: null }], false);
  expect([...refusals]).toEqual([["order:1", { approve: false, error: "already decided by 李强" }]]);
});

test("a row says the truth about its decision", () => {
  expect(rowState(approval(null), none).kind).toBe("open");
  expect(rowState(approval(null), { ...none, sending: new Map([["order:1", false]]) })).toEqual({ kind: "sending", approve: false });
  expect(rowState(approval({ ...decision, state: "queued", held_until: 6_001 }), none)).toEqual({ kind: "held", approve: true, until: 6_001, forWhom: null });
  expect(rowState(approval({ ...decision, state: "queued" }), none).kind).toBe("queued");
  expect(rowState(approval({ ...decision, state: "queued", attempts: 3, error: "connection refused" }), none)).toEqual({ kind: "retrying", approve: true, attempts: 3, error: "connection refused" });
  expect(rowState(approval({ ...decision, state: "overtaken", error: "李强" }), none)).toEqual({ kind: "overtaken", approve: true, who: "李强" });
});

test("a request that somebody else decided offers nothing more, whatever came of ours", () => {
  const deciding = { approve: false, by: "周主管", on_behalf_of: null, state: "handed_on" as const, at: 1 };
  expect(rowState(approval(null, deciding), none)).toEqual({ kind: "deciding", approve: false, who: "周主管", forWhom: null, state: "handed_on" });
  expect(isOpen(rowState(approval({ ...decision, state: "failed", error: "no" }, deciding), none))).toBe(false);
  expect(rowState(approval({ ...decision, state: "sent", error: "no answer in time" }, deciding), none)).toEqual({ kind: "sent", approve: true, error: "no answer in time", forWhom: null });
});

test("a row whose page is a moment behind does not offer a second decision", () => {
  const waiting = new Map([["order:1", { ...decision, state: "queued" as const, held_until: 6_001 }]]);
  expect(rowState(approval(null), { ...none, waiting }).kind).toBe("held");
});

test("a failed or refused decision may be made again, one on its way may not", () => {
  expect(isOpen({ kind: "failed", approve: true, error: "" })).toBe(true);
  expect(isOpen({ kind: "refused", approve: true, error: "" })).toBe(true);
  expect(isOpen({ kind: "sent", approve: true, error: null, forWhom: null })).toBe(false);
  expect(isOpen({ kind: "held", approve: true, until: 1, forWhom: null })).toBe(false);
  expect(isOpen({ kind: "sending", approve: true })).toBe(false);
});

test("only what does not get through is listed as waiting", () => {
  const one = (over: Partial<DecisionView>) => ({ decision: { ...decision, at: 0, state: "queued" as const, ...over } });
  expect(waits(one({ held_until: 6_000 }), 5_000)).toBe(false);
  expect(waits(one({}), 7_000), "it has just been handed on").toBe(false);
  expect(waits(one({ error: "connection refused" }), 7_000)).toBe(true);
  expect(waits(one({}), 60_000)).toBe(true);
});

test("pages of history are one list, the newest decision first, and each decision once", () => {
  const row = (key: string, decided_at: number, seq: number) => ({ ...approval(null), key, decided_at, seq }) as ApprovalView;
  const [a, b, c] = [row("a", 30, 3), row("b", 20, 9), row("b", 10, 1)] as const;
  expect(merged([b], [a, b], [c]).map((each) => [each.key, each.decided_at]), "asked for again after it was decided is another line").toEqual([["a", 30], ["b", 20], ["b", 10]]);
});

import { describe, expect, it } from "vitest";
import type { AlertView } from "@/bindings/AlertView";
import type { Delivery } from "@/bindings/Delivery";
import { looked, type News, NO_NEWS, putAway, requestOf } from "./news";

const on = { toast: true, sound: false };
const DELIVERY: Delivery = { info: { toast: false, sound: false }, success: { toast: false, sound: false }, warning: on, critical: on };
const NOW = 10_000_000;

function alert(id: string, over: Partial<AlertView> = {}): AlertView {
  return { id, source: null, rule: "low_stock", severity: "warning", state: "firing", subject: null, label: id, values: {}, count: 1, first_at: NOW - 1_000, last_at: NOW - 1_000, acknowledged_by: null, snoozed_until: null, resolved_at: null, seq: 1, timeline: [], ...over };
}

const ids = (alerts: readonly AlertView[]) => alerts.map((each) => each.id);

describe("news", () => {
  it("are at most three at a time, and the rest is counted", () => {
    const step = looked(NO_NEWS, ["a", "b", "c", "d", "e"].map((id) => alert(id)), DELIVERY, NOW);
    expect([ids(step.show), step.news.held]).toEqual([["a", "b", "c"], ["d", "e"]]);
    const next = looked(step.news, [alert("b"), alert("c"), alert("e"), alert("f")], DELIVERY, NOW);
    expect([next.remove, ids(next.show), next.news.held], "what no longer fires makes room for what comes next").toEqual([["a"], ["f"], ["e"]]);
  });

  it("are not what had been going on for a minute when it was first seen", () => {
    expect(ids(looked(NO_NEWS, [alert("old", { first_at: NOW - 60_001 }), alert("new", { first_at: NOW - 59_999 })], DELIVERY, NOW).show)).toEqual(["new"]);
  });

  it("are told once, and again when a snooze is over", () => {
    const first = looked(NO_NEWS, [alert("a")], DELIVERY, NOW);
    expect(ids(looked(first.news, [alert("a", { count: 2 })], DELIVERY, NOW).show)).toEqual([]);
    const snoozed = looked(first.news, [alert("a", { state: "snoozed" })], DELIVERY, NOW);
    expect(snoozed.remove).toEqual(["a"]);
    expect(ids(looked(snoozed.news, [alert("a")], DELIVERY, NOW + 3_600_000).show)).toEqual(["a"]);
  });

  it("that were put away do not come back by themselves", () => {
    const away: News = putAway(looked(NO_NEWS, [alert("a")], DELIVERY, NOW).news, "a");
    const step = looked(away, [alert("a")], DELIVERY, NOW);
    expect([ids(step.show), step.remove]).toEqual([[], []]);
  });

  it("follow the switches of the severity, and leave the banner's alerts to the banner", () => {
    const step = looked(NO_NEWS, [alert("quiet", { severity: "info" }), alert("banner", { rule: "system_critical", severity: "critical" }), alert("told")], DELIVERY, NOW);
    expect(ids(step.show)).toEqual(["told"]);
  });

  it("about a request name it", () => {
    expect(requestOf(alert("approval_requested:approval:return:RT-1", { values: { number: "RT-1" } }))).toEqual({ key: "return:RT-1", number: "RT-1" });
    expect(requestOf(alert("low_stock:product:P-1"))).toBeNull();
  });
});

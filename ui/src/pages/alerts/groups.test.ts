import { expect, test } from "vitest";
import type { AlertView } from "@/bindings/AlertView";
import type { Severity } from "@/bindings/Severity";
import { minutesUntilMorning } from "@/format";
import { counts, grouped, inTab, isHeading, lineKey } from "./groups";

const alert = (id: string, rule: string, severity: Severity = "warning", state: AlertView["state"] = "firing"): AlertView => ({
  id,
  source: null,
  rule,
  severity,
  state,
  subject: null,
  label: id,
  values: {},
  count: 1,
  first_at: 0,
  last_at: 0,
  acknowledged_by: null,
  snoozed_until: null,
  snoozed_while_same: false,
  resolved_at: null,
  over_since: null,
  chattering: false,
      silenced_by: null,
      unshared: null,
  seq: null,
  timeline: [],
  announcements: [],
});

test("alerts stand under their rule, the worst rule first", () => {
  const lines = grouped([alert("a", "low_stock"), alert("b", "system_critical", "critical"), alert("c", "low_stock")]);
  expect(lines.map(lineKey)).toEqual(["rule/system_critical", "b", "rule/low_stock", "a", "c"]);
});

test("one critical alert makes its group critical", () => {
  const [first] = grouped([alert("a", "low_stock"), alert("b", "low_stock", "critical")]);
  expect(first !== undefined && isHeading(first) && first.severity).toBe("critical");
});

test("each alert is in exactly one tab", () => {
  const view = { active: [alert("a", "x"), alert("b", "x", "info", "acknowledged"), alert("c", "x", "info", "snoozed")], resolved: [alert("d", "x", "info", "resolved")] };
  expect(counts(view)).toEqual({ firing: 1, acknowledged: 1, snoozed: 1, resolved: 1 });
  expect(inTab(view, "snoozed").map((each) => each.id)).toEqual(["c"]);
});

test("until tomorrow 8:00 is tomorrow, late in the evening and before dawn too", () => {
  expect(minutesUntilMorning(new Date(2026, 10, 21, 23, 30).getTime())).toBe(8 * 60 + 30);
  expect(minutesUntilMorning(new Date(2026, 10, 21, 6, 0).getTime())).toBe(26 * 60);
  for (const second of [0, 1, 29, 31, 59]) {
    const until = new Date(new Date(2026, 10, 21, 21, 0, second).getTime() + minutesUntilMorning(new Date(2026, 10, 21, 21, 0, second).getTime()) * 60_000);
    expect([until.getHours(), until.getMinutes()], "a begun minute is a minute: 8:00 is not 7:59").toEqual([8, 0]);
  }
});

test("a request for approval is counted where requests are", () => {
  const view = { active: [alert("a", "approval_requested"), alert("b", "low_stock")], resolved: [alert("c", "approval_requested", "warning", "resolved")] };
  expect(counts(view)).toEqual({ firing: 1, acknowledged: 0, snoozed: 0, resolved: 0 });
});

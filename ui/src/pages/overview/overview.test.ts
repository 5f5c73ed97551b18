import { describe, expect, it } from "vitest";
import { shapes, stack, within } from "./flow";
import { used } from "./needs";

describe("the histogram", () => {
  it("stacks from the bottom and fills its height with the highest column", () => {
    const bars = stack({ domains: ["inventory", "orders"], counts: [[3, 1], [2, 0]] });
    expect(bars).toHaveLength(3);
    const top = Math.min(...bars.map((bar) => bar.y));
    expect(top).toBeCloseTo(4);
    expect(bars[0]?.y).toBeGreaterThan(bars[1]?.y ?? 0);
  });

  it("knows each bar's minute, so that the one that runs can be drawn lightly", () => {
    expect(stack({ domains: ["inventory"], counts: [[3], [0], [1]] }).map((bar) => bar.column)).toEqual([0, 2]);
  });

  it("means the events of one minute and no other's", () => {
    expect(within(Date.UTC(2026, 10, 21, 6, 32), 60_000)).toBe("after:2026-11-21T06:32:00Z before:2026-11-21T06:33:00Z");
  });

  it("draws each domain as one shape, and what the running minute has of it as another", () => {
    const bars = stack({ domains: ["inventory", "orders"], counts: [[3, 1], [2, 0], [1, 1]] });
    const drawn = shapes(bars, 2);
    expect(drawn.map(({ domain, running }) => [domain, running])).toEqual([["inventory", false], ["orders", false], ["inventory", true], ["orders", true]]);
    expect(drawn.map(({ d }) => d.split("M").length - 1), "no bar is lost").toEqual([2, 1, 1, 1]);
  });

  it("survives an hour without events", () => {
    expect(stack({ domains: ["inventory"], counts: [[0], [0]] })).toEqual([]);
    expect(stack({ domains: [], counts: [] })).toEqual([]);
  });
});

describe("a deadline", () => {
  it("fills its bar from the request to the deadline, and not beyond", () => {
    expect(used(0, 100, 25)).toBe(0.25);
    expect(used(0, 100, 400)).toBe(1);
    expect(used(0, null, 10)).toBeNull();
    expect(used(100, 100, 100), "a deadline that is no time away has no bar").toBeNull();
  });
});

import { describe, expect, it } from "vitest";
import { stack } from "./flow";
import { used } from "./needs";

describe("the histogram", () => {
  it("stacks from the bottom and fills its height with the highest column", () => {
    const bars = stack({ domains: ["inventory", "orders"], counts: [[3, 1], [2, 0]] });
    expect(bars).toHaveLength(3);
    const top = Math.min(...bars.map((bar) => bar.y));
    expect(top).toBeCloseTo(4);
    expect(bars[0]?.y).toBeGreaterThan(bars[1]?.y ?? 0);
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

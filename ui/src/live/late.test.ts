import { describe, expect, it } from "vitest";
import { aRow } from "../../tests/fixtures/rows";
import { happenedAt, IN_ORDER, lateBy, ordered, skewOf, took } from "./late";

const HOUR = 3_600_000;

describe("a late row", () => {
  it("took more than a minute from the publisher to here", () => {
    expect(lateBy(aRow(1, { latency_ms: 60_000 }))).toBeNull();
    expect(lateBy(aRow(1, { latency_ms: 300_000 }))).toBe(300_000);
    expect(took(aRow(1, { latency_ms: -9 })), "nothing arrives before it happened").toBe(0);
  });

  it("is judged by the latency alone: the core has taken the difference of the clocks out of it", () => {
    const row = aRow(1, { received_at: 10 * HOUR, occurred_at: 12 * HOUR - 300_000, latency_ms: 300_000 });
    expect(lateBy(row), "by the bare times it came two hours before it happened").toBe(300_000);
    expect(happenedAt(row)).toBe(10 * HOUR - 300_000);
    expect(skewOf(row)).toBe(2 * HOUR);
  });

  it("cannot be told where the publisher gave no time", () => {
    const row = aRow(1, { occurred_at: 5, latency_ms: null });
    expect([lateBy(row), took(row), happenedAt(row), skewOf(row)]).toEqual([null, null, 5, 0]);
  });

  it("has no word about a difference of the clocks that a header cannot tell", () => {
    expect(skewOf(aRow(1, { occurred_at: 0, received_at: 10, latency_ms: 1_900 }))).toBe(0);
  });
});

describe("the order of the rows", () => {
  const at = (seq: number, occurred_at: number, over = {}) => aRow(seq, { occurred_at, received_at: occurred_at + 10, ...over });

  it("notes what happened well before something that stands above it", () => {
    const order = ordered(IN_ORDER, [at(1, 10_000), at(2, 9_000), at(3, 4_000), at(4, 11_000)], 0);
    expect([...order.behind], "a second of interleaving is nothing; six are").toEqual([[3, 6_000]]);
    expect([...ordered(order, [at(5, 5_000)], 0).behind]).toEqual([
      [3, 6_000],
      [5, 6_000],
    ]);
  });

  it("is a matter of each source alone, and not of markers", () => {
    const rows = [at(1, 100_000, { source: "east" }), at(2, 10_000, { source: "south" }), at(3, 1_000, { source: "east", domain: "watchdeck", latency_ms: null })];
    expect(ordered(IN_ORDER, rows, 0).behind.size).toBe(0);
  });

  it("forgets what is no longer in the list, and stays the same object while all is in order", () => {
    const order = ordered(IN_ORDER, [at(1, 50_000), at(2, 10_000)], 0);
    expect([...ordered(order, [at(90, 10_000)], 50).behind.keys()]).toEqual([90]);
    expect(ordered(order, [at(3, 60_000)], 0).behind).toBe(order.behind);
    expect(ordered(order, [], 0)).toBe(order);
  });
});

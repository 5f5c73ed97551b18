import { expect, it } from "vitest";
import type { GapView } from "@/bindings/GapView";
import { aBatch, aRow } from "../../tests/fixtures/rows";
import { filled, fillOf, NO_FILLS } from "./fills";
import { continued, INITIAL } from "./state";

const gap: GapView = { seq: 7, source: "south", channel: null, from: 1_000, to: 2_000, reason: "not_replayable", filled: null };
const fill = aRow(9, { kind: "watchdeck:gap_filled", domain: "watchdeck", source: "south", gap: { ...gap, seq: 9, filled: 37 } });

it("a fill belongs to the gap of the same source, channel and times", () => {
  const fills = filled(NO_FILLS, [aRow(8), fill]);
  expect(fillOf(fills, gap)).toBe(37);
  expect(fillOf(fills, { ...gap, channel: "orders" }), "another channel is another gap").toBeNull();
  expect(fillOf(fills, { ...gap, source: "east" })).toBeNull();
  expect(fillOf(fills, { ...gap, to: 2_001 })).toBeNull();
});

it("a gap that is stored as filled needs no other word", () => {
  expect(fillOf(NO_FILLS, { ...gap, filled: 0 }), "nothing was missing: that is filled too").toBe(0);
});

it("a fill that comes later changes the gap that is on screen already", () => {
  const before = continued(INITIAL, aBatch([aRow(7, { kind: "watchdeck:gap", gap })]), 0);
  expect(fillOf(before.fills, gap)).toBeNull();
  const after = continued(before, aBatch([fill]), 0);
  expect(fillOf(after.fills, gap)).toBe(37);
  expect(continued(after, aBatch([aRow(10)]), 0).fills, "nothing new, nothing rendered").toBe(after.fills);
});

import { expect, test } from "vitest";
import type { LinkStep } from "@/bindings/LinkStep";
import { area, connectedShare, segments, span } from "./strip";

const MINUTE = 60_000;
const live = (at: number): LinkStep => ({ at, state: { kind: "live" }, cause: null });
const offline = (at: number): LinkStep => ({ at, state: { kind: "offline", attempt: 1, next_try_at: at, cause: "broken", detail: "" }, cause: "broken" });

test("the strip begins with the first step, an hour ago at most", () => {
  expect(span([live(50 * MINUTE)], 60 * MINUTE)).toEqual({ from: 50 * MINUTE, to: 60 * MINUTE });
  expect(span([live(0)], 200 * MINUTE)).toEqual({ from: 140 * MINUTE, to: 200 * MINUTE });
  expect(span([], 200 * MINUTE), "nothing known yet still has a width").toEqual({ from: 199 * MINUTE, to: 200 * MINUTE });
});

test("each state fills the strip until the next, the last until now", () => {
  const all = segments([live(0), offline(25), live(50)], { from: 0, to: 100 });
  expect(all.map((each) => [each.state.kind, each.x, each.width])).toEqual([
    ["live", 0, 0.25],
    ["offline", 0.25, 0.25],
    ["live", 0.5, 0.5],
  ]);
  expect(connectedShare(all)).toBe(0.75);
});

test("what ended before the strip begins is not in it", () => {
  expect(segments([offline(0), live(10)], { from: 50, to: 100 }).map((each) => each.state.kind)).toEqual(["live"]);
  expect(connectedShare([])).toBeNull();
});

test("a rate of zero lies on the ground", () => {
  expect(area([0, 0]).line).toBe("0.0,100.0 1000.0,100.0");
  expect(area([0, 50, 100]).most).toBe(100);
  expect(area([]).fill).toBe("");
});

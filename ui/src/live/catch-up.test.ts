import { expect, it } from "vitest";
import type { LinkState } from "@/bindings/LinkState";
import { type CatchUps, caughtUp, NO_CATCH_UPS, progress } from "./catch-up";

const source = (id: string, state: LinkState) => ({ id, state });
const catching = (id: string, done: number, total: number) => source(id, { kind: "catching_up", done, total });

it("nothing is noted, and nothing renders, while nobody catches up", () => {
  expect(caughtUp(NO_CATCH_UPS, [source("east", { kind: "live" })], 0)).toBe(NO_CATCH_UPS);
  expect(caughtUp(caughtUp(NO_CATCH_UPS, [catching("east", 1, 2)], 0), [source("east", { kind: "live" })], 50)).toBe(NO_CATCH_UPS);
});

it("the pace is that of the last seconds, and tells how long is left", () => {
  let state: CatchUps = NO_CATCH_UPS;
  for (let second = 0; second <= 10; second += 1) state = caughtUp(state, [catching("east", second < 5 ? second * 100 : 500 + (second - 5) * 1_000, 10_500)], second * 1_000);
  const now = progress(Object.values(state));
  expect(now).toMatchObject({ done: 5_500, total: 10_500, rate: 1_000, left: 5_000 });
  expect(now?.share).toBeCloseTo(0.5238, 3);
});

it("one count tells no pace, and a count that fell begins a new backlog", () => {
  const first = caughtUp(NO_CATCH_UPS, [catching("east", 900, 1_000)], 0);
  expect(progress(Object.values(first))).toMatchObject({ rate: null, left: null });
  const second = caughtUp(first, [catching("east", 10, 400)], 1_000);
  expect(second.east?.counts, "the pace of the old backlog is not that of the new one").toEqual([{ at: 1_000, done: 10 }]);
});

it("several sources are told together", () => {
  const at = (done: number) => [catching("east", done, 1_000), catching("south", 2 * done, 5_000), source("lab", { kind: "paused" })];
  const state = caughtUp(caughtUp(NO_CATCH_UPS, at(100), 0), at(300), 1_000);
  expect(progress(Object.values(state))).toMatchObject({ done: 900, total: 6_000, rate: 600 });
  expect(progress([])).toBeNull();
});

it("a backlog of unknown size is never more than done", () => {
  const state = caughtUp(NO_CATCH_UPS, [catching("east", 50, 0)], 0);
  expect(progress(Object.values(state))?.share).toBe(1);
});

import { describe, expect, it, test } from "vitest";
import type { LinkCause } from "@/bindings/LinkCause";
import type { LinkState } from "@/bindings/LinkState";
import type { LinkStep } from "@/bindings/LinkStep";
import { area, connectedShare, outages, segments, span, stretches } from "./strip";

const MINUTE = 60_000;
const step = (at: number, state: LinkState, cause: LinkCause | null = null): LinkStep => ({ at, state, cause });
const live = (at: number) => step(at, { kind: "live" });
const offline = (at: number, attempt = 1, cause: LinkCause = "broken", detail = "") => step(at, { kind: "offline", attempt, next_try_at: at, cause, detail }, cause);
const connecting = (at: number, attempt = 0, cause: LinkCause | null = null) => step(at, { kind: "connecting", attempt }, cause);

test("the strip begins with the first step, an hour ago at most", () => {
  expect(span([live(50 * MINUTE)], 60 * MINUTE)).toEqual({ from: 50 * MINUTE, to: 60 * MINUTE });
  expect(span([live(0)], 200 * MINUTE)).toEqual({ from: 140 * MINUTE, to: 200 * MINUTE });
  expect(span([live(0)], 200 * MINUTE, 24 * 60 * MINUTE)).toEqual({ from: 0, to: 200 * MINUTE });
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

test("what ended before the strip begins is not in it, and what began before it is told from its true beginning", () => {
  const all = segments([offline(0), live(10)], { from: 50, to: 100 });
  expect(all.map((each) => [each.state.kind, each.from, each.x])).toEqual([["live", 10, 0]]);
  expect(connectedShare([])).toBeNull();
});

test("polling is connected: events come, if late", () => {
  const polling = step(50, { kind: "polling", every_ms: 1, last_at: null, next_try_at: 0, cause: "not_web_socket", detail: "HTTP 403" });
  expect(connectedShare(segments([offline(0), polling], { from: 0, to: 100 }))).toBe(0.5);
});

test("connecting and failing in turn is one stretch, with its first reason and the number of tries", () => {
  const all = stretches([live(0), offline(10, 1, "broken", "reset by peer"), connecting(20, 1), offline(21, 2, "connection_refused", "refused"), connecting(40, 2), live(41)], 50);
  expect(all.map((each) => each.state.kind)).toEqual(["live", "offline", "live"]);
  expect(all[1]).toMatchObject({ from: 10, to: 41, cause: "broken", detail: "reset by peer", tries: 2 });
});

test("a first attempt that has not failed is called connecting", () => {
  expect(stretches([connecting(0)], 10)).toMatchObject([{ state: { kind: "connecting" }, tries: 1, cause: null }]);
});

describe("the outages", () => {
  it("are the times between two connections, newest first", () => {
    const timeline = [connecting(0), live(1), offline(10), connecting(20, 1), live(21), connecting(30, 0, "woke"), step(31, { kind: "catching_up", done: 0, total: 9 }), live(32)];
    expect(outages(timeline)).toEqual([
      { from: 30, to: 31, cause: "woke", detail: "", waited: null, tries: 1 },
      { from: 10, to: 21, cause: "broken", detail: "", waited: null, tries: 1 },
    ]);
  });

  it("include one that lasts, and why nobody tries", () => {
    expect(outages([live(0), step(10, { kind: "needs_login", detail: "Token expired" })])).toMatchObject([{ from: 10, to: null, waited: "needs_login", detail: "Token expired" }]);
  });

  it("call silence by its name", () => {
    expect(outages([live(0), step(10, { kind: "silent", since: 5 }), connecting(20, 0, "silent"), live(21)])).toMatchObject([{ from: 10, to: 21, cause: "silent" }]);
  });

  it("are none where there was no connection yet, or where the user paused", () => {
    expect(outages([connecting(0), offline(1), connecting(5, 1), live(6)])).toEqual([]);
    expect(outages([live(0), step(10, { kind: "paused" }), connecting(20), live(21)])).toEqual([]);
  });
});

test("a rate of zero lies on the ground", () => {
  expect(area([0, 0]).line).toBe("0.0,100.0 1000.0,100.0");
  expect(area([0, 50, 100]).most).toBe(100);
  expect(area([]).fill).toBe("");
});

import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { justCame } from "@/parts/arrival";
import { Age } from "@/parts";
import { startText } from "@/text";
import { tickAlong, useClock } from "./clock";

const START = Date.UTC(2026, 10, 21, 12);

beforeEach(() => {
  startText("en");
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => false });
  vi.useRealTimers();
});

const pass = (ms: number): void => act(() => void vi.advanceTimersByTime(ms));

it("renders who reads it only when the text is another", () => {
  let renders = 0;
  function Minutes() {
    renders += 1;
    return <p>{useClock((now) => Math.floor((now - START) / 60_000))}</p>;
  }
  render(<Minutes />);
  pass(59_000);
  expect(renders, "59 looks at the clock, one text").toBe(1);
  pass(2_000);
  expect(renders).toBe(2);
});

it("goes along with a frame that is drawn near its time, and is not drawn again for itself", () => {
  let renders = 0;
  function Seconds() {
    renders += 1;
    return <p>{useClock((now) => Math.floor((now - START) / 100))}</p>;
  }
  render(<Seconds />);
  pass(300);
  act(tickAlong);
  expect(renders, "too early").toBe(1);
  pass(500);
  act(tickAlong);
  expect(renders).toBe(2);
  pass(300);
  expect(renders, "the timer's own turn, just after").toBe(2);
  pass(1_000);
  expect(renders).toBe(3);
});

it("is one timer for all who read it, and none when nobody does", () => {
  const { unmount } = render(Array.from({ length: 40 }, (_, i) => <Age key={i} at={START - i} />));
  expect(vi.getTimerCount()).toBe(1);
  unmount();
  expect(vi.getTimerCount()).toBe(0);
});

it("tells nobody while the window is hidden, and everybody when it is shown", () => {
  render(<Age at={START - 60_000} />);
  Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
  pass(10 * 60_000);
  expect(screen.getByText("1 min")).toBeInTheDocument();
  Object.defineProperty(document, "hidden", { configurable: true, get: () => false });
  act(() => void document.dispatchEvent(new Event("visibilitychange")));
  expect(screen.getByText("11 min")).toBeInTheDocument();
});

it("lets an age step back that is the same as the one above it", () => {
  render([<Age key="first" at={START - 61_000} above={null} />, <Age key="same" at={START - 65_000} above={START - 61_000} />, <Age key="older" at={START - 300_000} above={START - 65_000} />]);
  expect(screen.getAllByRole("time").map((age) => age.hasAttribute("data-repeated"))).toEqual([false, true, false]);
});

it("marks what came for about a second", () => {
  expect([0, 999, 1_000].map((ms) => justCame(START, START + ms))).toEqual([true, true, false]);
});

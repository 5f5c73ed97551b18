import { render, screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { AlertState } from "@/bindings/AlertState";
import { changeLanguage, startText } from "@/text";
import { Advice } from "./advice";

const NOON = new Date(2026, 10, 26, 12, 0).getTime();
const MINUTE = 60_000;
const document = { consequence: { zh: "客户在等待。", en: "The customer waits." }, response: { zh: "打开订单。", en: "Open the order." }, act_within_minutes: 15 };

beforeEach(() => {
  startText("en");
  changeLanguage("en");
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  return () => vi.useRealTimers();
});

const time = (state: AlertState, minutesAgo: number) => {
  const { unmount } = render(<Advice alert={{ state, first_at: NOON - minutesAgo * MINUTE }} document={document} />);
  const found = screen.getByText(/act within/);
  const seen = { text: found.textContent, red: found.className.includes("text-crit") };
  unmount();
  return seen;
};

it("counts from the first time, and is red when that has passed and nobody has it", () => {
  expect(time("firing", 5)).toEqual({ text: "act within 15 min (until 12:10)", red: false });
  expect(time("firing", 23)).toEqual({ text: "act within 15 min (until 11:52) · 8 min late", red: true });
  expect(time("acknowledged", 23), "somebody has it").toEqual({ text: "act within 15 min (until 11:52)", red: false });
  expect(time("firing", 24 * 60).text, "of another day").toMatch(/until Nov 25, 12:15/);
});

it("says nothing of what the rule does not say", () => {
  const none = { zh: "", en: "" };
  const { container, rerender } = render(<Advice alert={{ state: "firing", first_at: NOON }} document={{ consequence: none, response: none, act_within_minutes: 0 }} />);
  expect(container).toBeEmptyDOMElement();
  rerender(<Advice alert={{ state: "firing", first_at: NOON }} document={{ ...document, consequence: none, act_within_minutes: 0 }} />);
  expect(screen.getByRole("term")).toHaveTextContent("What to do");
});

import { expect, test } from "vitest";
import { lanes, steps } from "./flow";

const state = (order_type: string, status: string, terminal = false, count = 1, stuck = 0, source = "east") => ({ source, order_type, status, terminal, count, stuck, oldest_at: null, dwell_ms: null });

test("sales come first, and a type we do not know comes last", () => {
  expect(lanes([state("rental", "a"), state("return", "a"), state("sales", "a")]).map((lane) => lane.type)).toEqual(["sales", "return", "rental"]);
});

test("a cancelled order left the path, a completed one reached its end", () => {
  const [lane] = lanes([state("sales", "draft", false, 4, 1), state("sales", "cancelled", true, 2), state("sales", "completed", true, 90), state("sales", "shipped", false, 7)]);
  expect(lane?.path.map((each) => each.status)).toEqual(["draft", "shipped", "completed"]);
  expect(lane?.out.map((each) => each.status)).toEqual(["cancelled"]);
  expect(lane?.open, "finished orders are not open").toBe(11);
  expect(lane?.most, "the bars compare what is on its way").toBe(7);
  expect(lane?.stuck).toBe(1);
});

test("steps fill the line in order, and each can be seen", () => {
  const transitions = [
    { from: "", to: "draft", at: 0, seq: 1 },
    { from: "draft", to: "confirmed", at: 1, seq: 2 },
    { from: "confirmed", to: "preparing", at: 3_600_000, seq: 3 },
  ];
  const line = steps({ transitions, status: "preparing" }, false, 7_200_000);
  expect(line.map((step) => step.status)).toEqual(["draft", "confirmed", "preparing"]);
  expect(Math.min(...line.map((step) => step.width))).toBeGreaterThanOrEqual(0.06);
  expect(line.at(-1)?.to, "the present state has no end").toBeNull();
  expect((line.at(-1)?.x ?? 0) + (line.at(-1)?.width ?? 0)).toBeCloseTo(1);
});

test("an order that only just came has one whole step, and none has none", () => {
  expect(steps({ transitions: [{ from: "", to: "draft", at: 5, seq: 1 }], status: "draft" }, false, 5)).toEqual([{ x: 0, width: 1, status: "draft", from: 5, to: null }]);
  expect(steps({ transitions: [], status: "draft" }, false, 5)).toEqual([]);
});

test("the same flow of two sources is two lanes", () => {
  const two = lanes([state("sales", "draft"), state("sales", "draft", false, 5, 0, "west"), state("return", "pending")]);
  expect(two.map((lane) => [lane.source, lane.type, lane.open])).toEqual([["east", "sales", 1], ["west", "sales", 5], ["east", "return", 1]]);
});

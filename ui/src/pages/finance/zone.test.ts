import { expect, it } from "vitest";
import { hourAt, zoneName } from "./zone";

const HOUR = 3_600_000;

it("is the hour on the core's wall, whatever the window's", () => {
  const noon = Date.UTC(2026, 10, 21, 12, 30);
  expect([0, 8, 12, -3.5].map((ahead) => hourAt(noon, ahead * HOUR))).toEqual([12, 20, 0, 9]);
});

it("names the zone as people do", () => {
  expect([8 * HOUR, -3.5 * HOUR, 0].map(zoneName)).toEqual(["UTC+8", "UTC−3:30", "UTC+0"]);
});

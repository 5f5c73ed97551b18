import { describe, expect, it } from "vitest";
import type { FinanceHour } from "@/bindings/FinanceHour";
import type { FinanceRow } from "@/bindings/FinanceRow";
import { hourAt, zoneName, zoneOf } from "./zone";

const HOUR = 3_600_000;
const noon = Date.UTC(2026, 10, 21, 12, 30);
const sum = { currency: "CNY", source: null, amount: "1", count: 1, unread: 0 } as unknown as FinanceHour["received"][number];
const hours = (busy: readonly number[]): FinanceHour[] => Array.from({ length: 24 }, (_, hour) => ({ hour, received: busy.includes(hour) ? [sum] : [], recorded: [], refunded: [], refunds_recorded: [] }));
const paid = (at: number) => ({ record_type: "payment", action: "confirmed", amount: "1", at }) as FinanceRow;

describe("the hour that runs", () => {
  it("is the window's own where what the core told fits", () => {
    const told = { day: "2026-11-21", hours: hours([11, 12]), records: [paid(noon), paid(noon - HOUR)] };
    expect(zoneOf(told, 0, noon)).toBe(0);
    expect(zoneOf({ ...told, records: [] }, 5.5 * HOUR, noon), "nothing speaks against it").toBe(5.5 * HOUR);
  });

  it("is the core's where the window is in another zone: columns and now are of one day", () => {
    const told = { day: "2026-11-21", hours: hours([19, 20]), records: [paid(noon), paid(noon - HOUR)] };
    const ahead = zoneOf(told, 0, noon);
    expect(hourAt(noon, ahead)).toBe(20);
    const late = Date.UTC(2026, 10, 21, 20, 5);
    const tomorrow = zoneOf({ day: "2026-11-22", hours: hours([4]), records: [paid(late)] }, 0, late);
    expect(hourAt(late, tomorrow)).toBe(4);
  });

  it("names the zone as people do", () => {
    expect([8 * HOUR, -3.5 * HOUR, 0].map(zoneName)).toEqual(["UTC+8", "UTC−3:30", "UTC+0"]);
  });
});

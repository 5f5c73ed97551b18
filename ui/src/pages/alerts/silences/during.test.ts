import { expect, it } from "vitest";
import type { AlertView } from "@/bindings/AlertView";
import { during } from "./during";

const NOW = 1_795_248_000_000;
const alert = (values: Record<string, string>) => ({ rule: "maintenance_announced", source: "east", values }) as unknown as AlertView;
const times = { starts_at: String(NOW + 60_000), ends_at: String(NOW + 120_000) };
const sources = [
  { id: "east", realm: "east" },
  { id: "east 2", realm: "east" },
  { id: "west", realm: "west" },
];

it("means what its ERP and the links to it make fire, from its beginning to its end", () => {
  expect(during(alert(times), sources, "Index", NOW)).toEqual({
    filter: '(source:east OR subject:source:east OR subject:"source:east 2") -rule:maintenance_announced',
    reason: "Index",
    from: NOW + 60_000,
    until: NOW + 120_000,
  });
});

it("begins now where it has begun, and is none of what has no times or is over", () => {
  expect(during(alert(times), sources, "x", NOW + 90_000)?.from).toBe(NOW + 90_000);
  expect(during(alert(times), sources, "x", NOW + 120_000)).toBeNull();
  expect(during(alert({ starts_at: times.starts_at }), sources, "x", NOW)).toBeNull();
  expect(during(alert({ ...times, ends_at: "soon" }), sources, "x", NOW)).toBeNull();
});

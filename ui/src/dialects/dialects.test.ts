import { expect, it } from "vitest";
import { BLANK, sourceOf } from "@/settings/source/draft";
import { DIALECT_NAMES, dialectOf, isKnown, isSpoken } from ".";

it("offers a kind for every file, in the order of their places", () => {
  expect(DIALECT_NAMES.slice(0, 5)).toEqual(["auto", "native", "erp", "socket_io", "hub"]);
  const places = DIALECT_NAMES.map((name) => dialectOf(name).place);
  expect(new Set(places).size, "each has a place of its own").toBe(places.length);
});

it("keeps a kind that only a newer version knows, with all that is filled in", () => {
  expect([isKnown("mqtt"), isSpoken("mqtt"), isSpoken("auto"), isSpoken("hub")]).toEqual([false, false, false, true]);
  expect(sourceOf({ ...BLANK, url: "wss://erp.example", dialect: "mqtt", userId: "7" }, null, "new")).toMatchObject({ dialect: "mqtt", user_id: "7" });
});

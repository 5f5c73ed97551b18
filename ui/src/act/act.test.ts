import { expect, test } from "vitest";
import { asks } from "./ask";
import { isHeld } from "./undo";

const limit = { ask_large: true, ask_above: "1000000" };
const one = (amount: string | null, currency: string | null = "CNY", unread: string | null = null) => ({ amount, currency, unread });

test("one request above the set amount is asked back, and several that come to more", () => {
  expect(asks([one("1000000"), one(null)], limit), "up to it, nobody asks").toBe(false);
  expect(asks([one("1000000.01")], limit)).toBe(true);
  expect(asks([one("-1000000.01")], limit), "money out is as much").toBe(true);
  expect(asks([one("600000"), one("400000.01")], limit)).toBe(true);
  expect(asks([one("9007199254740993.01")], limit)).toBe(true);
});

test("currencies are not added up to ask", () => {
  expect(asks([one("600000"), one("600000", "EUR")], limit)).toBe(false);
});

test("an amount that cannot be read may be any, and is asked back", () => {
  expect(asks([one(null, null, "a lot")], limit)).toBe(true);
});

test("nobody is asked where it is switched off", () => {
  expect(asks([one("9000000"), one(null, null, "a lot")], { ...limit, ask_large: false })).toBe(false);
});

test("what is held can be taken back until its time has come", () => {
  expect([isHeld(6_000, 5_999), isHeld(6_000, 6_000), isHeld(null, 0)]).toEqual([true, false, false]);
});

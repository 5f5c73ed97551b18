import { describe, expect, it } from "vitest";
import { formatFor } from "./format";

const zh = formatFor("zh-CN");
const en = formatFor("en");
const plain = (text: string) => text.replaceAll(/[\u2009\u00a0\u202f]/g, " ");

describe("money", () => {
  it("is formatted from exact text, digit by digit", () => {
    expect(plain(zh.money("9007199254740993.01", "CNY")), "2^53 + 1 does not fit a binary float").toBe("¥ 9,007,199,254,740,993.01");
    expect(plain(zh.money("0.1", "CNY"))).toBe("¥ 0.10");
    expect(plain(en.money(`1${"0".repeat(54)}.5`, "USD")), "55 digits").toBe(`$ 1,${Array(18).fill("000").join(",")}.50`);
  });

  it("carries a real minus and a plus where it is a change", () => {
    expect(plain(zh.moneyChange("-960.00", "CNY"))).toBe("−¥ 960.00");
    expect(plain(zh.moneyChange("8460", "CNY"))).toBe("+¥ 8,460.00");
  });

  it("has its own currency, by the symbol that is clear in the language", () => {
    expect([en.money("5", "USD"), zh.money("5", "USD"), en.money("5", "cny"), zh.money("5", "JPY"), en.money("5", "CAD")].map(plain)).toEqual(["$ 5.00", "US$ 5.00", "CN¥ 5.00", "JP¥ 5", "CA$ 5.00"]);
  });

  it("has the currency's decimals, and never fewer than the amount", () => {
    expect([en.money("1500", "JPY"), en.money("1.5", "KWD"), en.money("0.12345", "USD"), en.money("1500.25", "JPY")].map(plain)).toEqual(["¥ 1,500", "KWD 1.500", "$ 0.12345", "¥ 1,500.25"]);
  });

  it("has no sign where nobody sent one", () => {
    expect([en.money("12800.50"), en.money("5", null), en.money("5", " "), en.moneyShort("12800.50"), en.moneyChange("-5")].map(plain)).toEqual(["12,800.50", "5", "5", "12,801", "−5"]);
  });

  it("shows a code that is none of the known ones as it is", () => {
    expect([en.money("5", "XYZ"), en.money("12800.5", "USDT"), zh.money("-5", "元"), en.money("5", "not a code")].map(plain)).toEqual(["XYZ 5.00", "USDT 12,800.5", "元 −5", "not a code 5"]);
  });

  it("shows what is no amount as it came", () => {
    expect(zh.money("a lot", "CNY")).toBe("a lot");
  });
});

describe("tight places", () => {
  it("have four figures of an amount, so that it is not another", () => {
    expect([en.moneyCompact("1024044429", "CNY"), zh.moneyCompact("1024044429", "CNY"), en.moneyCompact("-12345678.9", "USD"), zh.moneyCompact("9007199254740993", "CNY")].map(plain)).toEqual(["CN¥ 1.024B", "¥ 10.24亿", "−$ 12.35M", "¥ 9007万亿"]);
  });
});

describe("ordinals", () => {
  it("have the ending that is said", () => {
    expect([1, 2, 3, 4, 6, 11, 12, 13, 21, 22, 101, 111, 1_003].map(en.ordinal)).toEqual(["1st", "2nd", "3rd", "4th", "6th", "11th", "12th", "13th", "21st", "22nd", "101st", "111th", "1,003rd"]);
    expect(zh.ordinal(6)).toBe("6");
  });
});

describe("odd values", () => {
  const odd = [Number.NaN, Infinity, -Infinity, 8.64e15, 8.64e15 + 1, -8.64e15 - 1, 9.2e18, -9.2e18, -1, 0];

  it("never take a page with them", () => {
    for (const format of [zh, en]) {
      for (const value of odd) {
        for (const show of [format.time, format.timeMs, format.minute, format.age, format.left, format.duration, format.integer, format.compact, format.number, format.percent, format.bytes]) expect(typeof show(value)).toBe("string");
        for (const other of odd) expect([typeof format.dateTime(value, other), typeof format.relative(value, other)]).toEqual(["string", "string"]);
      }
      for (const text of ["", "-", ".", "1e400", "NaN", "Infinity", "1".repeat(400), `0.${"1".repeat(400)}`, "9999-99-99"]) {
        for (const currency of [undefined, "", "¥", "usd", "????", "A".repeat(300)]) expect(typeof [format.money(text, currency), format.moneyShort(text, currency), format.moneyCompact(text, currency), format.moneyChange(text, currency)].join()).toBe("string");
        expect([typeof format.quantity(text), typeof format.change(text), typeof format.day(text)]).toEqual(["string", "string", "string"]);
      }
    }
  });

  it("that are no instant have no time", () => {
    expect([en.time(Number.NaN), en.dateTime(9.2e18, 0), en.relative(Infinity, 0)]).toEqual(["—", "—", "—"]);
  });
});

describe("quantities", () => {
  it("change with a sign that is as wide as the plus", () => {
    expect([zh.change(-12), zh.change("200"), zh.change("0"), zh.change("-0.5")]).toEqual(["−12", "+200", "0", "−0.5"]);
  });

  it("are grouped when they are numbers and left alone when they are words", () => {
    expect([en.quantity("12800"), en.quantity("shipped"), en.quantity("-3")]).toEqual(["12,800", "shipped", "−3"]);
  });
});

describe("durations", () => {
  it("use two units at most", () => {
    expect(plain(zh.duration(252_000))).toBe("4 分钟 12 秒");
    expect(plain(en.duration(7_500_000))).toBe("2 hr 5 min");
    expect(plain(zh.duration(12))).toBe("12 ms");
    expect(plain(en.duration(0.4))).toBe("0 ms");
  });

  it("drop the small unit when it is zero", () => {
    expect(plain(en.duration(3_600_000))).toBe("1 hr");
  });

  it("in one unit have a decimal below ten hours and days, and never more than passed", () => {
    const hour = 3_600_000;
    expect([1.9 * hour, 1.99 * hour, 2 * hour, 9.96 * hour, 12.7 * hour, 36 * hour, 11.5 * 24 * hour].map((ms) => plain(en.age(ms)))).toEqual(["1.9 hr", "1.9 hr", "2 hr", "9.9 hr", "12 hr", "1.5 days", "11 days"]);
    expect(plain(zh.age(1.9 * hour))).toBe("1.9 小时");
    expect(plain(en.age(119_000)), "minutes tick often enough").toBe("1 min");
  });

  it("of what is left have a decimal in hours", () => {
    const hour = 3_600_000;
    expect([0.5 * hour, 4.39 * hour, 27 * hour, 99.99 * hour, 240 * hour].map((ms) => plain(en.left(ms)))).toEqual(["30 min", "4.3 hr", "27.0 hr", "99.9 hr", "10 days"]);
    expect(plain(zh.left(12 * hour))).toBe("12.0 小时");
  });

  it("are never negative: a clock that is a little ahead is not the future", () => {
    expect(plain(en.age(-400))).toBe("0 sec");
  });
});

describe("relative times", () => {
  it("say the distance in one unit", () => {
    expect(en.relative(0, 90_000)).toBe("1 min. ago");
    expect(zh.relative(3 * 3_600_000, 0)).toBe("3小时后");
  });
});

describe("bytes and days", () => {
  it("are rounded to what a person reads", () => {
    expect(plain(en.bytes(41_943_040))).toBe("40 MB");
    expect(zh.day("2026-11-21")).toBe("2026年11月21日");
    expect(zh.day("no day")).toBe("no day");
  });
});
